/* Threads over a shared cursor. They block all signals, so the caller's thread receives these while it waits. */
#include "fw_threads.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

typedef struct fw_member {
    fw_team *team;
    void (*work)(fw_team *team, void *item);
    void *item;
    pthread_t thread;
} fw_member;

struct fw_team {
    _Alignas(64) _Atomic int64_t next; /* a cache line of its own: every thread writes it */
    _Alignas(64) int64_t last;
    _Atomic int stopped;
    pthread_mutex_t lock; /* guards `running` */
    pthread_cond_t through;
    int running, started;
    fw_member *members;
};

fw_team *fw_team_new(int64_t first, int64_t last) {
    fw_team *team = aligned_alloc(64, (sizeof *team + 63) & ~(size_t)63);
    if (!team) return NULL;
    atomic_init(&team->next, first);
    atomic_init(&team->stopped, 0);
    team->last = last;
    team->running = team->started = 0;
    team->members = NULL;
    pthread_mutex_init(&team->lock, NULL);
    pthread_cond_init(&team->through, NULL);
    return team;
}

int64_t fw_team_next(fw_team *team) {
    if (atomic_load_explicit(&team->stopped, memory_order_relaxed)) return -1;
    int64_t number = atomic_fetch_add_explicit(&team->next, 1, memory_order_relaxed);
    return number < team->last ? number : -1;
}

void fw_team_stop(fw_team *team) { atomic_store(&team->stopped, 1); }

static void *run_member(void *argument) {
    fw_member *member = argument;
    fw_team *team = member->team;
    member->work(team, member->item);
    pthread_mutex_lock(&team->lock);
    if (--team->running == 0) pthread_cond_signal(&team->through);
    pthread_mutex_unlock(&team->lock);
    return NULL;
}

int fw_team_start(fw_team *team, int n, void (*work)(fw_team *team, void *item), void **items) {
    sigset_t all, before;
    team->members = calloc((size_t)n, sizeof *team->members);
    if (!team->members) return 0;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (int i = 0; i < n; i++) {
        fw_member *member = &team->members[team->started];
        *member = (fw_member){.team = team, .work = work, .item = items[i]};
        pthread_mutex_lock(&team->lock);
        team->running++;
        pthread_mutex_unlock(&team->lock);
        if (pthread_create(&member->thread, NULL, run_member, member) == 0) {
            team->started++;
            continue;
        }
        pthread_mutex_lock(&team->lock);
        team->running--;
        pthread_mutex_unlock(&team->lock);
        break;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return team->started;
}

int fw_team_wait(fw_team *team, int milliseconds) {
    struct timespec until;
    int error = 0;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += (long)milliseconds * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&team->lock);
    while (team->running > 0 && error == 0) error = pthread_cond_timedwait(&team->through, &team->lock, &until);
    int through = team->running == 0;
    pthread_mutex_unlock(&team->lock);
    return through;
}

void fw_team_join(fw_team *team) {
    for (int i = 0; i < team->started; i++) pthread_join(team->members[i].thread, NULL);
    team->started = 0;
}

void fw_team_free(fw_team *team) {
    if (!team) return;
    pthread_cond_destroy(&team->through);
    pthread_mutex_destroy(&team->lock);
    free(team->members);
    free(team);
}
