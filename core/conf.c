#include "core/conf.h"

#include "core/clock.h"
#include "core/conf_endpoint.h"
#include "core/conf_secret.h"
#include "core/num.h"
#include "core/secret.h"
#include "core/vec.h"
#include "core/words.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include <ini.h>

enum { ALERT_KEYS = 8 };

static const struct conf_key *
find_key(const char *section, const char *name)
{
	for (size_t i = 0; i < conf_key_count; i++)
		if (str_same(conf_keys[i].section, section) && str_same(conf_keys[i].name, name))
			return &conf_keys[i];
	return NULL;
}

static bool
is_text(enum conf_type type)
{
	return type == CONF_TEXT || type == CONF_SECRET;
}

static void *
field(struct conf *c, const struct conf_key *k)
{
	return (char *)c + k->offset;
}

static bool
parse_bool(const char *s, bool *out)
{
	static const char *const yes[] = { "1", "true", "yes", "on" };
	static const char *const no[] = { "0", "false", "no", "off" };

	for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
		if (strcasecmp(s, yes[i]) == 0 || strcasecmp(s, no[i]) == 0) {
			*out = strcasecmp(s, yes[i]) == 0;
			return true;
		}
	}
	return false;
}

static bool
is_choice(const char *choices, const char *value)
{
	size_t n = strlen(value);

	for (const char *p = choices; *p;) {
		size_t len = strcspn(p, "|");

		if (len == n && memcmp(p, value, n) == 0)
			return true;
		p += len + (p[len] == '|');
	}
	return false;
}

static int
set_number(struct conf *c, const struct conf_key *k, const char *value, struct err *e)
{
	double v;

	if (!num_parse(value, strlen(value), &v) || (k->type != CONF_REAL && v != floor(v)))
		return err_set(e, ERR_CONFIG, "%s.%s: \"%s\" is not %s", k->section, k->name, value,
			       k->type == CONF_REAL ? "a number" : "a whole number");
	if (v < k->min || v > k->max)
		return err_set(e, ERR_CONFIG, "%s.%s: %s is not within %.10g..%.10g", k->section,
			       k->name, value, k->min, k->max);
	if (k->type == CONF_REAL)
		*(double *)field(c, k) = v;
	else if (k->type == CONF_INT64)
		*(int64_t *)field(c, k) = (int64_t)v;
	else
		*(int *)field(c, k) = (int)v;
	return 0;
}

static int
set_text(struct conf *c, const struct conf_key *k, const char *value, struct err *e)
{
	char **p = field(c, k);

	if (k->choices && !is_choice(k->choices, value))
		return err_set(e, ERR_CONFIG, "%s.%s: \"%s\" is none of %s", k->section, k->name,
			       value, k->choices);
	free(*p);
	*p = mem_dup(value);
	return 0;
}

static struct conf_table *
table_row(struct conf *c, const char *name)
{
	for (size_t i = 0; i < c->ntables; i++)
		if (str_same(c->tables[i].name, name))
			return &c->tables[i];
	c->tables = mem_realloc(c->tables, (c->ntables + 1) * sizeof(*c->tables));
	c->tables[c->ntables] = (struct conf_table){ mem_dup(name), c->line, -1, -1 };
	return &c->tables[c->ntables++];
}

/* "hh:mm" to minutes, -1 when it is not a time of day. */
static int
parse_time(const char *s)
{
	int v[4];

	if (strlen(s) != 5 || s[2] != ':')
		return -1;
	for (int i = 0; i < 4; i++) {
		v[i] = s[i + (i > 1)] - '0';
		if (v[i] < 0 || v[i] > 9)
			return -1;
	}
	if (v[0] * 10 + v[1] > 23 || v[2] > 5)
		return -1;
	return (v[0] * 10 + v[1]) * 60 + v[2] * 10 + v[3];
}

static int
set_table(struct conf *c, const char *table, const char *name, const char *value, struct err *e)
{
	size_t n = strlen(value);
	double percent;
	int minutes;

	if (str_same(name, "deadline")) {
		minutes = parse_time(value);
		if (minutes < 0)
			return err_set(e, ERR_CONFIG, "table %s: deadline \"%s\" is not HH:MM",
				       table, value);
		table_row(c, table)->deadline_min = minutes;
		return 0;
	}
	if (!str_same(name, "floor"))
		return err_set(e, ERR_CONFIG, "table %s: unknown key \"%s\" (deadline, floor)",
			       table, name);
	if (n > 0 && value[n - 1] == '%')
		n--;
	if (!num_parse(value, n, &percent) || percent < 0 || percent > 100)
		return err_set(e, ERR_CONFIG, "table %s: floor \"%s\" is not a percentage", table,
			       value);
	table_row(c, table)->floor = percent / 100;
	return 0;
}

int
conf_set(struct conf *c, const char *section, const char *name, const char *value, struct err *e)
{
	const struct conf_key *k = find_key(section, name);

	if (str_starts(section, "table ") && section[6])
		return set_table(c, section + 6, name, value, e);
	if (str_starts(section, "job ") && section[4])
		return conf_job_set(c, section + 4, name, value, e);
	if (str_starts(section, "endpoint ") && section[9])
		return conf_endpoint_set(c, section + 9, name, value, e);
	if (str_same(section, "fmp") && str_same(name, "api_key"))
		return err_set(e, ERR_CONFIG,
			       "fmp.api_key does not belong here: name a file of mode 0600 in "
			       "api_key_file");
	if (str_same(section, "old") && str_same(name, "secret"))
		return err_set(e, ERR_CONFIG,
			       "old.secret does not belong here: name a file of mode 0600 in "
			       "secret_file");
	if (str_same(section, "alert") && str_same(name, "telegram_token"))
		return err_set(e, ERR_CONFIG,
			       "alert.telegram_token does not belong here: name a file of mode "
			       "0600 in telegram_token_file");
	if (!k)
		return err_set(e, ERR_CONFIG, "unknown key \"%s\" in section [%s]", name, section);
	if (is_text(k->type))
		return set_text(c, k, value, e);
	if (k->type != CONF_BOOL)
		return set_number(c, k, value, e);
	if (!parse_bool(value, field(c, k)))
		return err_set(e, ERR_CONFIG, "%s.%s: \"%s\" is not true or false", section, name,
			       value);
	return 0;
}

/* One file being read.  inih counts lines, but tells its handler none and joins indented lines to
 * the one before: lines are fetched, counted and stripped of their indentation here. */
struct reading {
	struct conf *conf;
	FILE *file;
	const char *path;
	int line;
	bool failed;
	bool lenient; /* a key that is wrong is left out */
	struct err err;
};

static char *
next_line(char *buf, int size, void *stream)
{
	struct reading *r = stream;
	size_t blanks;

	if (!fgets(buf, size, r->file))
		return NULL;
	r->line++;
	if (!strchr(buf, '\n') && !feof(r->file) && !r->failed) {
		r->failed = true;
		err_set(&r->err, ERR_CONFIG, "%s:%d: line longer than %d bytes", r->path, r->line,
			size - 2);
	}
	blanks = strspn(buf, " \t");
	memmove(buf, buf + blanks, strlen(buf + blanks) + 1);
	return buf;
}

static int
on_pair(void *arg, const char *section, const char *name, const char *value)
{
	struct reading *r = arg;

	if (r->failed)
		return 0;
	r->conf->line = r->line;
	if (conf_set(r->conf, section, name, value, &r->err) == 0 || r->lenient)
		return 1;
	r->failed = true;
	err_wrap(&r->err, "%s:%d", r->path, r->line);
	return 0;
}

/* A connection string with a password makes the whole file a secret. */
static bool
has_password(const char *conninfo)
{
	const char *host = strstr(conninfo, "://");
	size_t user = host ? strcspn(host + 3, "@/?") : 0;

	if (strstr(conninfo, "password"))
		return true;
	return host && host[3 + user] == '@' && memchr(host + 3, ':', user);
}

static int
read_stream(struct reading *r, struct err *e)
{
	int rc = ini_parse_stream(next_line, r, on_pair, r);
	struct stat st;

	if (!r->failed && rc > 0)
		err_set(&r->err, ERR_CONFIG, "%s:%d: neither [section] nor key = value", r->path,
			rc);
	else if (!r->failed && rc < 0)
		err_set(&r->err, ERR_CONFIG, "%s: cannot be read", r->path);
	if (r->failed || rc != 0) {
		*e = r->err;
		return -1;
	}
	if (!has_password(r->conf->conninfo))
		return 0;
	if (fstat(fileno(r->file), &st) < 0 || (st.st_mode & 077) != 0)
		return err_set(e, ERR_CONFIG,
			       "%s holds a password and is open to others: chmod 600", r->path);
	return 0;
}

struct way {
	bool optional, lenient;
};

static int
read_file(struct conf *c, const char *path, const struct way *w, struct err *e)
{
	struct reading r = {
		.conf = c, .path = path, .lenient = w->lenient, .file = fopen(path, "re")
	};
	int rc;

	if (!r.file) {
		if (w->optional && (errno == ENOENT || errno == ENOTDIR))
			return 0;
		return err_errno(e, ERR_CONFIG, errno, path);
	}
	rc = read_stream(&r, e);
	fclose(r.file);
	free(c->path);
	c->path = mem_dup(path);
	return rc;
}

/* $XDG_CONFIG_HOME/fintra/fintra.conf, else under HOME; nothing when neither is set. */
static void
own_file(struct str *out)
{
	const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (xdg && *xdg)
		str_fmt(out, "%s/fintra/fintra.conf", xdg);
	else if (home && *home)
		str_fmt(out, "%s/.config/fintra/fintra.conf", home);
}

static const char system_file[] = "/etc/fintra/fintra.conf";

/* The first of the two usual places that has a file. */
static int
read_default_file(struct conf *c, bool lenient, struct err *e)
{
	const struct way w = { true, lenient };
	STR_AUTO path = { 0 };

	str_init(&path, 4096);
	own_file(&path);
	if (path.len > 0 && read_file(c, str_c(&path), &w, e) < 0)
		return -1;
	return *c->path ? 0 : read_file(c, system_file, &w, e);
}

void
conf_file_path(const char *path, struct str *out)
{
	str_clear(out);
	if (path) {
		str_puts(out, path);
		return;
	}
	own_file(out);
	if (out->len > 0 && secret_exists(str_c(out)))
		return;
	str_clear(out);
	if (secret_exists(system_file))
		str_puts(out, system_file);
}

static int
read_environment(struct conf *c, bool lenient, struct err *e)
{
	for (size_t i = 0; i < conf_key_count; i++) {
		char name[96];
		const char *value;

		if (!fmt_buf(name, sizeof(name), "FINTRA_%s_%s", conf_keys[i].section,
			     conf_keys[i].name))
			continue;
		for (char *p = name; *p; p++)
			*p = (char)toupper((unsigned char)*p);
		value = getenv(name);
		if (value && conf_set(c, conf_keys[i].section, conf_keys[i].name, value, e) < 0 &&
		    !lenient)
			return err_wrap(e, "environment %s", name);
	}
	return 0;
}

bool
conf_url_ok(const char *url)
{
	static const char *const loopback[] = { "http://127.0.0.1", "http://localhost",
						"http://[::1]" };

	if (str_starts(url, "https://") && url[8])
		return true;
	for (size_t i = 0; i < ARRAY_LEN(loopback); i++) {
		char after = str_starts(url, loopback[i]) ? url[strlen(loopback[i])] : 'x';

		if (after == '\0' || after == ':' || after == '/')
			return true;
	}
	return false;
}

static int
check_base(const char *key, const char *url, struct err *e)
{
	if (!conf_url_ok(url))
		return err_set(e, ERR_CONFIG, "%s: https, or http on loopback, not \"%s\"", key,
			       url);
	if (strpbrk(url, "@?#"))
		return err_set(e, ERR_CONFIG, "%s: no user, query or fragment", key);
	return 0;
}

/* The key of [alert] that is wrong, NULL = none. */
static const char *
wrong_alert(const struct conf *c, struct err *e)
{
	struct word_list words;

	if (check_base("alert.telegram_base_url", c->alert.base_url, e) < 0)
		return "telegram_base_url";
	if (*c->alert.ping_url && check_base("alert.ping_url", c->alert.ping_url, e) < 0) {
		err_set(e, ERR_CONFIG,
			"alert.ping_url: https, or http on loopback, without user, query or "
			"fragment");
		return "ping_url";
	}
	if (span_parse(c->alert.repeat) <= 0) {
		err_set(e, ERR_CONFIG, "alert.repeat: \"%s\" is no span of time (24h, 2d)",
			c->alert.repeat);
		return "repeat";
	}
	if (words_split(c->alert.hook, &words) < 0) {
		err_set(e, ERR_CONFIG, "alert.hook: a quote is not closed");
		return "hook";
	}
	words_done(&words);
	return NULL;
}

/* What no single key can tell. */
static int
check(const struct conf *c, struct err *e)
{
	int64_t ms;

	if (check_base("fmp.base_url", c->base_url, e) < 0)
		return -1;
	if (check_base("sec.base_url", c->sec_base_url, e) < 0)
		return -1;
	if (*c->old_base_url && check_base("old.base_url", c->old_base_url, e) < 0)
		return -1;
	if (wrong_alert(c, e))
		return -1;
	if (*c->rehearse_now && clock_parse(c->rehearse_now, &ms) < 0)
		return err_set(e, ERR_CONFIG,
			       "run.rehearse_now: \"%s\" is not like 2026-02-03T09:12:00Z",
			       c->rehearse_now);
	if (c->heartbeat_ms >= c->fence_ms || c->fence_ms >= c->abandoned_ms)
		return err_set(
			e, ERR_CONFIG,
			"run.heartbeat_ms (%d) < fence_ms (%d) < abandoned_ms (%d) must hold",
			c->heartbeat_ms, c->fence_ms, c->abandoned_ms);
	return 0;
}

static int
set_defaults(struct conf *c, struct err *e)
{
	int rc = 0;

	*c = (struct conf){ .path = mem_dup(""),
			    .api_key = mem_dup(""),
			    .old_secret = mem_dup(""),
			    .alert.token = mem_dup(""),
			    .ours = mem_zalloc(sizeof(*c->ours)) };
	for (size_t i = 0; i < conf_key_count && rc == 0; i++)
		rc = conf_set(c, conf_keys[i].section, conf_keys[i].name, conf_keys[i].dflt, e);
	return rc;
}

static int
read_all(struct conf *c, const char *path, bool lenient, struct err *e)
{
	const struct way named = { false, lenient };
	int rc = path ? read_file(c, path, &named, e) : read_default_file(c, lenient, e);

	c->line = 0;
	return rc < 0 && !lenient ? rc : read_environment(c, lenient, e);
}

int
conf_load_keyless(struct conf *c, const char *path, struct err *e)
{
	int rc = set_defaults(c, e);

	if (rc == 0)
		rc = read_all(c, path, false, e);
	if (rc == 0)
		rc = check(c, e);
	if (rc < 0)
		conf_done(c);
	return rc;
}

void
conf_load_alert(struct conf *c, const char *path)
{
	struct err e = ERR_INIT;
	const char *name;
	int rc = set_defaults(c, &e);

	if (rc == 0)
		rc = read_all(c, path, true, &e);
	for (int n = 0; (name = wrong_alert(c, &e)) && n < ALERT_KEYS; n++)
		rc = conf_set(c, "alert", name, find_key("alert", name)->dflt, &e);
	if (rc == 0)
		rc = conf_load_alert_token(c, &e);
}

int
conf_load(struct conf *c, const char *path, struct err *e)
{
	if (conf_load_keyless(c, path, e) < 0)
		return -1;
	if (conf_load_key(c, e) == 0)
		return 0;
	conf_done(c);
	return -1;
}

void
conf_done(struct conf *c)
{
	secret_free(c->api_key);
	secret_free(c->old_secret);
	secret_free(c->alert.token);
	free(c->ours);
	conf_jobs_done(c);
	conf_endpoints_done(c);
	for (size_t i = 0; i < conf_key_count; i++) {
		if (conf_keys[i].type == CONF_SECRET)
			secret_free(*(char **)field(c, &conf_keys[i]));
		else if (conf_keys[i].type == CONF_TEXT)
			free(*(char **)field(c, &conf_keys[i]));
	}
	for (size_t i = 0; i < c->ntables; i++)
		free(c->tables[i].name);
	free(c->tables);
	free(c->path);
	*c = (struct conf){ .path = NULL };
}

const struct conf_table *
conf_table_find(const struct conf *c, const char *name)
{
	for (size_t i = 0; i < c->ntables; i++)
		if (str_same(c->tables[i].name, name))
			return &c->tables[i];
	return NULL;
}

void
conf_place(const struct conf *c, int line, struct str *out)
{
	str_fmt(out, "%s:%d", *str_or(c->path, "") ? c->path : "configuration", line);
}
