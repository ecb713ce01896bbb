/* A team of threads that share a cursor over chunks: started, waited for with a time limit, joined. No OpenMP. */
#ifndef FW_THREADS_H
#define FW_THREADS_H

#include <stdint.h>

typedef struct fw_team fw_team;

/* Threads that would take [first, last) in order, one number at a time, and stop early when asked to. */
fw_team *fw_team_new(int64_t first, int64_t last);
/* Starts up to `n` threads running work(team, items[i]); how many started (fewer where the system gives no more). */
int fw_team_start(fw_team *team, int n, void (*work)(fw_team *team, void *item), void **items);
/* The next number, or -1 when there is none or the team was stopped. */
int64_t fw_team_next(fw_team *team);
/* Lets every thread finish the number it is at, and take no more. Safe from any thread. */
void fw_team_stop(fw_team *team);
/* Waits until all threads are through, `milliseconds` at most; 1 when they are. */
int fw_team_wait(fw_team *team, int milliseconds);
/* Joins all threads. */
void fw_team_join(fw_team *team);
void fw_team_free(fw_team *team);

#endif
