/* A team of threads that share a cursor over chunks: start, wait with a time limit, join. No OpenMP. */
#ifndef FW_THREADS_H
#define FW_THREADS_H

#include <stdint.h>

typedef struct fw_team fw_team;

/* Returns a team that will take the numbers [first, last) in order, one at a time; NULL without memory. */
fw_team *fw_team_new(int64_t first, int64_t last);
/* Starts `n` threads that run work(team, items[i]); returns how many started (fewer if the system refuses more). */
int fw_team_start(fw_team *team, int n, void (*work)(fw_team *team, void *item), void **items);
/* Returns the next number, or -1 if none is left or the team was stopped. */
int64_t fw_team_next(fw_team *team);
/* Makes every thread finish its current number and take no more. Safe from any thread. */
void fw_team_stop(fw_team *team);
/* Waits until all threads have finished, at most `milliseconds`; returns whether they have. */
int fw_team_wait(fw_team *team, int milliseconds);
/* Joins all threads. */
void fw_team_join(fw_team *team);
void fw_team_free(fw_team *team);

#endif
