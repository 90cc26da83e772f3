#include "jobs/fmp/cache.h"

#include "core/run.h"
#include "jobs/common.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_CEILING = 4096, HELD_DAYS = 3, DAY_S = 86400 };

static const char held_prefix[] = ".run-";

/* What a kept file must measure; FNV-1a is enough against damage, see the header.  It is taken over
 * words of 64 bits, the last one filled up with zeros, and folded so that their high bits count. */
struct seal {
	int64_t size;
	uint64_t sum;
};

static uint64_t
add_words(uint64_t sum, unsigned char *buf, size_t n)
{
	uint64_t word;

	while (n % sizeof(word) != 0)
		buf[n++] = 0;
	for (size_t i = 0; i < n; i += sizeof(word)) {
		memcpy(&word, buf + i, sizeof(word));
		sum = (sum ^ word) * 1099511628211u;
		sum ^= sum >> 32;
	}
	return sum;
}

static int
measure(const char *path, struct seal *s)
{
	FILE *f = fopen(path, "re");
	unsigned char buf[16384]; /* whole words: a short read is the last one */
	size_t n;

	if (!f)
		return -1;
	*s = (struct seal){ 0, 14695981039346656037u };
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0) {
		s->sum = add_words(s->sum, buf, n);
		s->size += (int64_t)n;
	}
	bool bad = ferror(f);

	fclose(f);
	return bad ? -1 : 0;
}

/* The request as text, without the key: a cache filled from another vendor address must not be
 * taken. */
static char *
url_of(const struct job_ctx *c, const struct http_req *q)
{
	struct str s;

	str_init(&s, PATH_CEILING);
	str_fmt(&s, "%s%s", c->conf->base_url, q->path);
	for (size_t i = 0; q->args && q->args[i].name; i++)
		str_fmt(&s, "%c%s=%s", i ? '&' : '?', q->args[i].name, q->args[i].value);
	str_c(&s);
	return str_take(&s);
}

static char *
concat(const char *a, const char *b, const char *c)
{
	struct str s;

	str_init(&s, PATH_CEILING);
	str_fmt(&s, "%s%s%s", a, b, c);
	return str_take(&s);
}

/* Temporary files of processes that are gone (killed) are nobody's: "KEY.JOB.DATE.PID.tmp...". */
static bool
abandoned(const char *name)
{
	const char *end = strstr(name, ".tmp"), *p = end;

	while (p && p > name && p[-1] != '.')
		p--;
	long pid = p ? strtol(p, NULL, 10) : 0;

	return pid > 0 && kill((pid_t)pid, 0) < 0 && errno == ESRCH;
}

/* Held by a run that nobody has taken up again. */
static bool
forgotten(const struct job_ctx *c, const char *dir, const char *name)
{
	struct stat st;

	if (!str_starts(name, held_prefix))
		return false;
	char *path = concat(dir, "/", name);
	int rc = lstat(path, &st);

	free(path);
	return rc == 0 && c->now_ms / 1000 - st.st_mtime > HELD_DAYS * DAY_S;
}

void
cache_sweep(struct job_ctx *c)
{
	struct err e = ERR_INIT;
	char *dir = run_looks(c) ? NULL : conf_cache_dir(c->conf, &e);
	DIR *d = dir ? opendir(dir) : NULL;
	struct dirent *ent;

	while (d && (ent = readdir(d))) {
		if (!abandoned(ent->d_name) && !forgotten(c, dir, ent->d_name))
			continue;
		char *path = concat(dir, "/", ent->d_name);

		unlink(path);
		free(path);
	}
	if (d)
		closedir(d);
	free(dir);
}

/* A look makes no directory. */
static char *
directory(const struct job_ctx *c, struct err *e)
{
	STR_AUTO path = { 0 };

	if (!run_looks(c))
		return conf_cache_dir(c->conf, e);
	str_init(&path, PATH_CEILING);
	return conf_cache_path(c->conf, &path, e) < 0 ? NULL : str_take(&path);
}

/* The temporary name holds job, as-of date and process: two runs never write one file. */
static int
place(struct job_ctx *c, const char *key, const struct http_req *q, struct cache_file *f,
      struct err *e)
{
	char *dir = directory(c, e);
	char day[DATE_BUF], suffix[160];

	*f = (struct cache_file){ .looked = run_looks(c) };
	if (!dir)
		return -1;
	fmt_buf(suffix, sizeof(suffix), ".%s.%s.%ld.tmp", c->job->name, date_iso(c->as_of, day),
		(long)getpid());
	for (char *p = suffix; *p; p++) /* jobs may be named like paths: fmp-debug/bulk-health */
		if (*p == '/')
			*p = '-';
	f->final = concat(dir, "/", key);
	f->path = concat(f->final, suffix, "");
	f->url = url_of(c, q);
	free(dir);
	return 0;
}

/* First line: size, sum, time of the download; second: URL. */
static bool
read_seal(const struct cache_file *f, const char *file, struct seal *s, int64_t *at)
{
	char *path = concat(file, ".seal", "");
	FILE *in = fopen(path, "re");
	char line[PATH_CEILING], *end = line;

	free(path);
	if (!in)
		return false;
	bool ok = fgets(line, sizeof(line), in) != NULL;

	if (ok) {
		s->size = strtoll(line, &end, 10);
		s->sum = strtoull(end, &end, 16);
		*at = strtoll(end, &end, 10);
		ok = *end == '\n' && fgets(line, sizeof(line), in);
	}
	fclose(in);
	if (ok)
		line[strcspn(line, "\n")] = '\0';
	return ok && strcmp(line, f->url) == 0;
}

FILE *
cache_create(const char *path)
{
	unlink(path);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	return fd < 0 ? NULL : fdopen(fd, "w");
}

/* New seal, then rename: a crash in between leaves a pair that does not fit, which is fetched
 * again. */
static int
write_seal(const struct cache_file *f, const char *file, const struct seal *s, int64_t at)
{
	char *tmp = concat(f->path, ".seal", ".tmp");
	char *path = concat(file, ".seal", "");
	FILE *out = cache_create(tmp);
	bool ok = out && fprintf(out, "%" PRId64 " %016" PRIx64 " %" PRId64 "\n%s\n", s->size,
				 s->sum, at, f->url) > 0;

	if (out && fclose(out) != 0)
		ok = false;
	if (ok)
		ok = rename(tmp, path) == 0;
	if (!ok)
		unlink(tmp);
	free(tmp);
	free(path);
	return ok ? 0 : -1;
}

/* A look takes the size for the whole: it should not read gigabytes. */
static bool
fits(const struct job_ctx *c, const struct cache_file *f, const char *file, int64_t *at)
{
	struct seal want, have;
	struct stat st;

	if (!read_seal(f, file, &want, at))
		return false;
	if (run_looks(c))
		return stat(file, &st) == 0 && st.st_size == want.size && want.size > 0;
	return measure(file, &have) == 0 && have.size == want.size && have.sum == want.sum &&
	       have.size > 0;
}

/* "DIR/.run-12-KEY": where run 12 holds what will be DIR/KEY; owned. */
static char *
held_path(struct job_ctx *c, const struct cache_file *f)
{
	const char *name = strrchr(f->final, '/') + 1;
	struct str s;

	str_init(&s, PATH_CEILING);
	str_fmt(&s, "%.*s%s%" PRId64 "-%s", (int)(name - f->final), f->final, held_prefix,
		run_number(c), name);
	return str_take(&s);
}

static bool
find_held(struct job_ctx *c, const char *key, struct cache_file *f)
{
	char *path = held_path(c, f);

	bool fit = fits(c, f, path, &f->at_ms);

	f->held = fit && !run_looks(c); /* which may not drop it */
	f->reused = fit && run_looks(c);
	if (!fit) {
		free(path);
		return false;
	}
	run_log(c, LVL_INFO, "%s: this run has fetched it already", key);
	free(f->path);
	f->path = path;
	return true;
}

/* A seal from the future is another clock's: its age is not known. */
static bool
young_enough(const struct job_ctx *c, const struct cache_file *f, int64_t max_age_ms)
{
	struct seal s;
	int64_t at;

	if (max_age_ms <= 0 || !read_seal(f, f->final, &s, &at))
		return false;
	return max_age_ms == CACHE_ANY_AGE || (at <= c->now_ms && c->now_ms - at < max_age_ms);
}

bool
cache_find(struct job_ctx *c, const char *key, const struct http_req *q, int64_t max_age_ms,
	   struct cache_file *f)
{
	struct err e = ERR_INIT;

	if (place(c, key, q, f, &e) < 0)
		return false; /* the fetch that follows says why */
	if (find_held(c, key, f))
		return true;
	if (max_age_ms > 0 && run_looks(c) && run_look_keeps(c, f->final)) {
		f->reused = true;
	} else if (young_enough(c, f, max_age_ms)) {
		f->reused = fits(c, f, f->final, &f->at_ms);
		if (!f->reused)
			run_log(c, LVL_WARN, "%s in the cache does not fit its seal, fetched again",
				key);
	}
	if (!f->reused) {
		cache_done(f);
		return false;
	}
	free(f->path);
	f->path = mem_dup(f->final);
	return true;
}

int
cache_new(struct job_ctx *c, const char *key, const struct http_req *q, struct cache_file *f,
	  struct err *e)
{
	if (place(c, key, q, f, e) < 0)
		return err_wrap(e, "cache");
	return 0;
}

int
cache_fetch(struct job_ctx *c, const char *key, const struct http_req *q, struct cache_file *f,
	    struct err *e)
{
	/* Asked to stop: no further request leaves. */
	if (cache_new(c, key, q, f, e) < 0)
		return -1;
	if (run_check(c, e) < 0)
		return -1;
	if (http_get_file(c->http, q, f->path, &f->resp, e) < 0)
		return -1;
	f->end = f->resp.end;
	f->empty = f->resp.empty;
	return 0;
}

/* Seals the file under its new name and moves it there. */
static bool
move_to(struct job_ctx *c, struct cache_file *f, const char *to)
{
	struct seal s;

	if (measure(f->path, &s) < 0 || write_seal(f, to, &s, f->held ? f->at_ms : c->now_ms) < 0 ||
	    rename(f->path, to) < 0)
		return false;
	free(f->path);
	f->path = mem_dup(to);
	return true;
}

static void
remove_seal(const char *file)
{
	char *seal = concat(file, ".seal", "");

	unlink(seal);
	free(seal);
}

/* The caller has found the file good: only now may it stand in for a download. */
void
cache_keep(struct job_ctx *c, struct cache_file *f)
{
	if (run_looks(c) && !c->dry_run)
		run_look_kept(c, f->final);
	if (f->reused || f->kept || f->end || f->empty || c->dry_run)
		return;
	char *held = f->held ? mem_dup(f->path) : NULL;

	f->kept = move_to(c, f, f->final);
	if (f->kept && held)
		remove_seal(held);
	if (f->kept)
		f->held = false;
	else
		run_log(c, LVL_WARN, "%s is not kept in the cache", f->final);
	free(held);
}

void
cache_hold(struct job_ctx *c, struct cache_file *f)
{
	if (f->reused || f->kept || f->held || f->end || f->empty || c->dry_run)
		return;
	char *to = held_path(c, f);

	f->held = move_to(c, f, to);
	f->at_ms = c->now_ms;
	free(to);
}

void
cache_drop(struct cache_file *f)
{
	if (!f->held)
		return;
	unlink(f->path);
	remove_seal(f->path);
	f->held = false;
}

void
cache_drop_for(struct cache_file *f, const struct err *e)
{
	if (e->cls != ERR_NETWORK && !trouble_stops(e, 1))
		cache_drop(f);
}

void
cache_done(struct cache_file *f)
{
	if (f->path && !f->reused && !f->kept && !f->held && !f->looked)
		unlink(f->path);
	free(f->path);
	free(f->final);
	free(f->url);
	*f = (struct cache_file)CACHE_FILE_INIT;
}
