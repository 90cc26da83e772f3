/* Who would be told that something is wrong, looked at without telling anybody. */
#include "core/alert.h"
#include "core/clock.h"
#include "core/doctor.h"
#include "core/num.h"
#include "core/words.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 4096 };

static void
check_telegram(struct doctor *d, struct finding *f)
{
	const struct conf_alert *a = &d->app->conf.alert;
	struct stat st;

	if (!d->configured)
		return;
	if (d->alert_err.cls != ERR_NONE) {
		finding_set(f, FINDING_FAIL, "%s", d->alert_err.text);
		finding_todo(f, "a file of mode 0600 that is ours and holds the token alone");
		if (*a->token_file && stat(a->token_file, &st) == 0 && (st.st_mode & 077) != 0 &&
		    st.st_uid == geteuid()) {
			f->fix = FIX_PRIVATE;
			str_copy(f->path, sizeof(f->path), a->token_file);
		}
	} else if (alert_incomplete(&d->app->conf)) {
		finding_set(f, FINDING_WARN, "%s", alert_incomplete(&d->app->conf));
	} else if (*a->token) {
		finding_set(f, FINDING_OK, "messages go to chat %s", a->chat_id);
	}
}

static bool
runs(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

/* As a shell would look for it. */
static bool
found(const char *program)
{
	const char *dirs = str_or(getenv("PATH"), "/usr/bin:/bin");
	STR_AUTO path = { 0 };

	if (strchr(program, '/'))
		return runs(program);
	str_init(&path, PATH_BYTES);
	while (*dirs) {
		size_t n = strcspn(dirs, ":");

		str_clear(&path);
		str_put(&path, dirs, n);
		str_fmt(&path, "/%s", program);
		if (n > 0 && runs(str_c(&path)))
			return true;
		dirs += n + (dirs[n] == ':');
	}
	return false;
}

static void
check_hook(struct doctor *d, struct finding *f)
{
	struct word_list words;

	if (!d->configured || words_split(d->app->conf.alert.hook, &words) < 0)
		return;
	if (words.word.n > 0 && found(words.word.at[0])) {
		finding_set(f, FINDING_OK, "%s can be started", words.word.at[0]);
	} else if (words.word.n > 0) {
		finding_set(f, FINDING_FAIL, "%s is no program that we may start",
			    words.word.at[0]);
		finding_todo(f, "see hook in [alert]; cron has a PATH of its own");
	}
	words_done(&words);
}

static void
check_channels(struct doctor *d, struct finding *f)
{
	STR_AUTO names = { 0 };
	int n;

	if (!d->configured)
		return;
	str_init(&names, 128);
	n = alert_configured(&d->app->conf, &names);
	if (n == 0 && *d->app->conf.alert.ping_url)
		finding_set(f, FINDING_OK, "pings alone: no message goes to anybody");
	else if (n == 0)
		finding_set(f, FINDING_OK, "none is configured in [alert]: nobody is told");
	else
		finding_set(f, FINDING_OK, "%s; fintra alerts --test tries them", str_c(&names));
}

const struct doctor_check doctor_alert[] = {
	{ "alert channels", check_channels },
	{ "Telegram", check_telegram },
	{ "alert hook", check_hook },
	{ NULL, NULL },
};

void
doctor_undelivered(struct doctor *d, struct finding *f)
{
	struct err e = ERR_INIT;
	char before[NUM_BUF];
	STR_AUTO names = { 0 };

	if (!d->db || !d->facts.ledger_read)
		return;
	str_init(&names, 128);
	if (alert_configured(&d->app->conf, &names) == 0 && !*d->app->conf.alert.ping_url)
		return;
	const char *args[] = { str_c(&names), num_int(clock_wall_ms() - ALERT_CLAIM_MS, before) };
	ROWS_AUTO r = db_query(d->db, Q_HEALTH_UNDELIVERED, args, &e);
	if (!r) {
		finding_set(f, FINDING_UNKNOWN, "%s", e.text);
		return;
	}
	finding_set(f, rows_int(r, 0, 0) ? FINDING_WARN : FINDING_OK, "%lld undelivered%s%s",
		    (long long)rows_int(r, 0, 0), rows_int(r, 0, 0) ? ", the last by " : "",
		    str_or(rows_text(r, 0, 1), ""));
	if (f->state == FINDING_WARN)
		finding_todo(f, "fintra alerts tells which and why");
}
