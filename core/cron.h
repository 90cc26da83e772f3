/* What a command under --cron owes to those who watch it from outside: a line of a crontab is one
 * check, however many runs it makes.  So one ping when its first run begins, one when it ends. */
#ifndef FINTRA_CORE_CRON_H
#define FINTRA_CORE_CRON_H

#include "core/headless.h"

/* The first run of this command has its number, which is that of both pings. */
void cron_began(struct app *app, int64_t run);
/* The command has ended: the other ping, and where no run could begin, what to do about it. */
void cron_ended(struct app *app, int exit_code);

#endif
