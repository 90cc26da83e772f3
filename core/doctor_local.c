/* What can be told without the database: configuration, key, vendor, directories, calendar. */
#include "core/calendar.h"
#include "core/clock.h"
#include "core/cluster.h"
#include "core/commands.h"
#include "core/doctor.h"
#include "core/http.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { PATH_BYTES = 1000, HORIZON_DAYS = 365, FREE_WARN_MIB = 1024, FREE_FAIL_MIB = 100 };

static bool
unconfigured(const struct doctor *d, struct finding *f)
{
	if (d->configured)
		return false;
	finding_set(f, FINDING_UNKNOWN, "the configuration cannot be read");
	return true;
}

static bool
open_to_others(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && (st.st_mode & 077) != 0 && st.st_uid == geteuid();
}

static void
set_fix(struct finding *f, enum finding_fix fix, const char *path)
{
	f->fix = fix;
	str_copy(f->path, sizeof(f->path), path);
}

static void
check_config(struct doctor *d, struct finding *f)
{
	STR_AUTO path = { 0 };

	str_init(&path, PATH_BYTES);
	conf_file_path(d->app->g.conf_path, &path);
	if (d->configured) {
		finding_set(f, FINDING_OK, "%s",
			    path.len ? str_c(&path) : "no file: defaults and FINTRA_* variables");
		return;
	}
	finding_set(f, FINDING_FAIL, "%s", d->conf_err.text);
	finding_todo(f, "correct it; fintra.conf.example shows every key");
	if (strstr(d->conf_err.text, "chmod 600") && open_to_others(str_c(&path))) {
		finding_todo(f, "chmod 600 %s", str_c(&path));
		set_fix(f, FIX_PRIVATE, str_c(&path));
	}
}

/* Where it comes from; never a byte of it. */
static void
check_key(struct doctor *d, struct finding *f)
{
	const char *file, *env = getenv("FINTRA_FMP_API_KEY");

	if (unconfigured(d, f))
		return;
	file = d->app->conf.api_key_file;
	if (d->key_err.cls != ERR_NONE) {
		finding_set(f, FINDING_FAIL, "%s", d->key_err.text);
		finding_todo(f, "a file of mode 0600 that is ours and holds the key alone");
		if (*file && open_to_others(file))
			set_fix(f, FIX_PRIVATE, file);
	} else if (!*d->app->conf.api_key) {
		finding_set(f, FINDING_WARN, "there is none: jobs that ask the vendor will refuse");
		finding_todo(f, "name a file of mode 0600 in fmp.api_key_file");
	} else {
		finding_set(f, FINDING_OK, "present, from %s",
			    env && *env ? "FINTRA_FMP_API_KEY"
			    : *file	? file
					: "the credentials directory");
	}
}

/* Any answer will do, a refusal too: one try, no endpoint of the vendor's. */
static void
check_vendor(struct doctor *d, struct finding *f)
{
	const struct http_arg none[] = { { NULL, NULL } };
	const struct http_req q = { .path = "/", .args = none, .kind = HTTP_JSON };
	struct http_resp r = { .status = 0 };
	struct err e = ERR_INIT;
	STR_AUTO body = { 0 };
	struct conf conf;
	struct http *h;
	int rc;

	if (!d->net || unconfigured(d, f))
		return;
	conf = d->app->conf;
	conf.attempts = 1;
	str_init(&body, 1 << 20);
	http_global_init();
	h = http_new(&conf, NULL, NULL, NULL);
	rc = http_get_mem(h, &q, &body, &r, &e);
	http_free(h);
	if (rc == 0 || e.http || r.status) {
		finding_set(f, FINDING_OK, "%s answers (%d)", conf.base_url,
			    e.http ? e.http : r.status);
		return;
	}
	finding_set(f, FINDING_FAIL, "%s", e.text);
	finding_todo(f, "see fmp.base_url, the proxy variables and the network");
}

enum finding_state
doctor_space(int64_t free_bytes)
{
	int64_t mib = free_bytes / (1024 * 1024);

	return mib < FREE_FAIL_MIB ? FINDING_FAIL : mib < FREE_WARN_MIB ? FINDING_WARN : FINDING_OK;
}

static void
check_space(struct finding *f, const char *path)
{
	char size[OUT_SIZE_BUF];
	struct statvfs vfs;
	int64_t left;

	if (statvfs(path, &vfs) < 0) {
		finding_set(f, FINDING_UNKNOWN, "%s: its free space cannot be told", path);
		return;
	}
	left = (int64_t)vfs.f_bavail * (int64_t)vfs.f_frsize;
	finding_set(f, doctor_space(left), "%s: %s free", path, out_size(left, size));
	if (f->state != FINDING_OK)
		finding_todo(f, "make room on that disk");
}

static void
check_dir(struct finding *f, const char *path)
{
	struct err e = ERR_INIT;
	struct stat st;

	if (stat(path, &st) < 0 && errno == ENOENT) {
		finding_set(f, FINDING_WARN, "%s does not exist", path);
		finding_todo(f, "fintra doctor --fix creates it");
		set_fix(f, FIX_MKDIR, path);
	} else if (stat(path, &st) < 0) {
		err_errno(&e, ERR_CONFIG, errno, path);
		finding_set(f, FINDING_UNKNOWN, "%s", e.text);
	} else if (!S_ISDIR(st.st_mode)) {
		finding_set(f, FINDING_FAIL, "%s is not a directory", path);
	} else if (access(path, W_OK | X_OK) < 0) {
		finding_set(f, FINDING_FAIL, "%s may not be written", path);
		finding_todo(f, "give it to the user who runs fintra, or name another");
	} else {
		check_space(f, path);
	}
}

static void
check_cache(struct doctor *d, struct finding *f)
{
	struct err e = ERR_INIT;
	STR_AUTO path = { 0 };

	if (unconfigured(d, f))
		return;
	str_init(&path, PATH_BYTES);
	if (conf_cache_path(&d->app->conf, &path, &e) < 0) {
		finding_set(f, FINDING_FAIL, "%s", e.text);
		finding_todo(f, "set paths.cache_dir");
		return;
	}
	check_dir(f, str_c(&path));
}

static void
check_log(struct doctor *d, struct finding *f)
{
	char path[PATH_BYTES], *slash;

	if (unconfigured(d, f))
		return;
	if (!*d->app->conf.log_file) {
		finding_set(f, FINDING_OK, "no log file: lines go to the ledger alone");
		return;
	}
	str_copy(path, sizeof(path), d->app->conf.log_file);
	slash = strrchr(path, '/');
	if (!slash)
		str_copy(path, sizeof(path), ".");
	else
		slash[slash == path] = '\0';
	check_dir(f, path);
}

/* Only the demo keeps anything there, so that its absence is nobody's trouble. */
static void
check_state(struct doctor *d, struct finding *f)
{
	char *path;

	if (unconfigured(d, f))
		return;
	path = cluster_home(d->app->conf.demo_dir);
	check_dir(f, path);
	if (f->fix == FIX_MKDIR) {
		finding_set(f, FINDING_OK, "%s does not exist: only the demo needs it", path);
		f->todo[0] = '\0';
		f->fix = FIX_NONE;
	}
	free(path);
}

static void
check_calendar(struct doctor *d, struct finding *f)
{
	struct date today = calendar_ny_date(clock_wall_ms(), NULL), last = calendar_last();
	char day[DATE_BUF];

	(void)d;
	finding_set(f,
		    date_cmp(today, last) > 0		    ? FINDING_FAIL
		    : last.days - today.days < HORIZON_DAYS ? FINDING_WARN
							    : FINDING_OK,
		    "exchange sessions are known until %s", date_iso(last, day));
	if (f->state != FINDING_OK)
		finding_todo(f, "use a newer fintra, and check this machine's clock");
}

const struct doctor_check doctor_local[] = {
	{ "configuration", check_config },
	{ "API key", check_key },
	{ "vendor", check_vendor },
	{ "cache directory", check_cache },
	{ "log directory", check_log },
	{ "state directory", check_state },
	{ "calendar", check_calendar },
	{ "terminal", doctor_terminal },
	{ "locale", doctor_locale },
	{ "crontab", doctor_cron },
	{ NULL, NULL },
};
