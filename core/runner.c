/* The runs of this process by handle.  A struct run lives until the runner is freed, so a handle
 * never dangles; what costs a descriptor or a thread is given back when the run ends. */
#include "core/runner.h"

#include "core/log.h"
#include "core/run_after.h"
#include "core/signals.h"

#include <sys/eventfd.h>
#include <unistd.h>

struct runner *
runner_new(const struct conf *conf, const struct catalogue *cat, runner_sink_fn *sink, void *arg)
{
	struct runner *r = mem_zalloc(sizeof(*r));
	struct err e = ERR_INIT;

	r->conf = conf;
	r->cat = cat;
	r->sink = sink;
	r->sink_arg = arg;
	atomic_init(&r->want, CANCEL_NONE);
	atomic_init(&r->stop, CANCEL_NONE);
	atomic_init(&r->sig, 0);
	r->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->change, NULL);
	if (conf->log_file && *conf->log_file && !(r->log = log_open(conf->log_file, &e)))
		str_copy(r->log_trouble, sizeof(r->log_trouble), e.text);
	return r;
}

void
run_free(struct run *run)
{
	params_done(&run->params);
	free(run->origin);
	free(run->reason);
	map_free(run->units_done);
	outbox_done(&run->out);
	json_free(run->result);
	keeper_done(&run->keeper);
	cancel_done(&run->cancel);
	pthread_mutex_destroy(&run->lock);
	free(run);
}

struct run *
run_new(const struct conf *conf, const struct catalogue *cat, const struct launch *l)
{
	struct run *run = mem_zalloc(sizeof(*run));

	run->conf = conf;
	run->cat = cat;
	run->l = *l;
	params_copy(&run->params, &l->params);
	run->origin = mem_dup(str_or(l->origin, "cli"));
	run->reason = mem_dup(l->reason);
	run->job = l->job;
	run->result = json_new_object();
	cancel_init(&run->cancel);
	keeper_init(&run->keeper);
	outbox_init(&run->out);
	pthread_mutex_init(&run->lock, NULL);
	run->ctx = (struct job_ctx){ .job = l->job,
				     .cancel = &run->cancel,
				     .params = &run->params,
				     .conf = conf,
				     .as_of = l->resume ? DATE_NONE : l->as_of,
				     .run = run };
	return run;
}

static void *
run_main(void *arg)
{
	struct run *run = arg;
	struct runner *r = run->runner;

	signals_block_in_thread();
	run_life(run);
	pthread_mutex_lock(&r->lock);
	run->ended = true;
	cancel_done(&run->cancel); /* a console of many days must not run out of descriptors */
	cancel_done(&run->keeper.cancel);
	r->active--;
	pthread_cond_broadcast(&r->change);
	pthread_mutex_unlock(&r->lock);
	pacer_wake(r);
	return NULL;
}

/* With the lock held. */
static int
start_threads(struct runner *r, struct run *run, struct err *e)
{
	int rc = 0;

	if (!r->pacing) {
		rc = pthread_create(&r->pacer, NULL, pacer_main, r);
		r->pacing = rc == 0;
	}
	if (rc == 0)
		rc = pthread_create(&run->thread, NULL, run_main, run);
	return rc == 0 ? 0 : err_errno(e, ERR_INTERNAL, rc, "no thread for the run");
}

int
runner_start(struct runner *r, const struct launch *l, struct err *e)
{
	struct run *run = run_new(r->conf, r->cat, l);
	int handle;

	run->runner = r;
	cancel_raise(&run->cancel, (enum cancel_level)atomic_load(&r->stop));
	pthread_mutex_lock(&r->lock);
	handle = (int)r->runs.n;
	if (start_threads(r, run, e) < 0) {
		handle = -1;
	} else {
		vec_push(&r->runs, run);
		r->active++;
	}
	pthread_mutex_unlock(&r->lock);
	if (handle < 0)
		run_free(run);
	else
		pacer_wake(r);
	return handle;
}

void
runner_wait(struct runner *r, int handle, struct outcome *out)
{
	pthread_mutex_lock(&r->lock);
	while (!r->runs.at[handle]->ended)
		pthread_cond_wait(&r->change, &r->lock);
	*out = r->runs.at[handle]->outcome;
	pthread_mutex_unlock(&r->lock);
}

bool
runner_poll(struct runner *r, int handle, struct outcome *out)
{
	bool ended;

	pthread_mutex_lock(&r->lock);
	ended = r->runs.at[handle]->ended;
	if (ended)
		*out = r->runs.at[handle]->outcome;
	pthread_mutex_unlock(&r->lock);
	return ended;
}

int
runner_active(struct runner *r)
{
	int n;

	pthread_mutex_lock(&r->lock);
	n = r->active;
	pthread_mutex_unlock(&r->lock);
	return n;
}

int64_t
runner_run_id(struct runner *r, int handle)
{
	int64_t id;

	pthread_mutex_lock(&r->lock);
	id = atomic_load(&r->runs.at[handle]->id);
	pthread_mutex_unlock(&r->lock);
	return id;
}

void
runner_cancel(struct runner *r, int handle, enum cancel_level level)
{
	pthread_mutex_lock(&r->lock);
	if (!r->runs.at[handle]->ended)
		cancel_raise(&r->runs.at[handle]->cancel, level);
	pthread_mutex_unlock(&r->lock);
	pacer_wake(r);
}

static void
raise_level(atomic_int *at, enum cancel_level level)
{
	int was = atomic_load(at);

	while (was < (int)level && !atomic_compare_exchange_weak(at, &was, (int)level))
		;
}

void
runner_cancel_all(struct runner *r, enum cancel_level level)
{
	raise_level(&r->want, level);
	pacer_wake(r);
}

void
runner_stop(struct runner *r, int sig, enum cancel_level level)
{
	atomic_store(&r->sig, sig);
	raise_level(&r->stop, level);
	pacer_wake(r);
}

int
runner_stop_signal(struct runner *r)
{
	return atomic_load(&r->sig);
}

void
runner_log_reopen(struct runner *r)
{
	if (r->log)
		log_reopen(r->log);
}

void
runner_free(struct runner *r)
{
	if (!r)
		return;
	if (runner_active(r) > 0)
		runner_cancel_all(r, CANCEL_DRAIN);
	pthread_mutex_lock(&r->lock);
	r->done = true;
	pthread_mutex_unlock(&r->lock);
	pacer_wake(r);
	if (r->pacing)
		pthread_join(r->pacer, NULL);
	for (size_t i = 0; i < r->runs.n; i++) {
		if (!r->runs.at[i]->joined)
			pthread_join(r->runs.at[i]->thread, NULL);
		run_free(r->runs.at[i]);
	}
	vec_done(&r->runs);
	log_close(r->log);
	if (r->wake >= 0)
		close(r->wake);
	pthread_mutex_destroy(&r->lock);
	pthread_cond_destroy(&r->change);
	free(r);
}
