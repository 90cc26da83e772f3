/* fakefmp: stands in for the vendor on 127.0.0.1.  See --help. */
#include "tests/fakefmp.h"
#include "tests/fakefmp_market.h"

#include "core/calendar.h"
#include "core/clock.h"
#include "core/map.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PATHS_MAX = 256, BLOCK = 64 * 1024, STALL_POLL_MS = 100, STALL_MAX_MS = 600 * 1000 };

struct options {
	int port, ready_fd, latency_ms;
	const char *log, *replay, *key, *splits;
	struct market_opts market;
	struct date today;
	bool with_parent;
};

struct server {
	struct options o;
	pthread_mutex_t mutex; /* guards everything below */
	struct market
		*market; /* NULL with --replay; an answer under way keeps the one it began with */
	struct date today;
	FILE *log;
	struct map *paths;
	int64_t by_path[PATHS_MAX], requests, bytes;
};

/* What one connection is answering. */
struct job {
	struct fake_req q;
	char *key;
	bool seen;
};

struct sending {
	struct fake_answer a;
	int fd;
};

static void
pause_ms(int ms)
{
	struct timespec t = { ms / 1000, (ms % 1000) * 1000000L };

	if (ms > 0)
		nanosleep(&t, NULL);
}

/* Splits the request line's target; the key goes its own way so that no log can hold it. */
static void *
on_uri(void *arg, const char *uri, struct MHD_Connection *con)
{
	struct job *j = mem_zalloc(sizeof(*j));
	size_t n = strcspn(uri, "?");
	struct str query;

	(void)arg;
	(void)con;
	j->q.path = mem_ndup(uri, n);
	str_init(&query, 16384);
	for (const char *p = uri + n + (uri[n] == '?'); *p;) {
		size_t len = strcspn(p, "&");

		if (str_starts(p, "apikey=")) {
			free(j->key);
			j->key = mem_ndup(p + 7, len - 7);
		} else {
			str_fmt(&query, "%s%.*s", query.len ? "&" : "", (int)len, p);
		}
		p += len + (p[len] == '&');
	}
	j->q.query = query.p ? str_take(&query) : mem_dup("");
	return j;
}

static void
on_completed(void *arg, struct MHD_Connection *con, void **cls, enum MHD_RequestTerminationCode why)
{
	struct job *j = *cls;

	(void)arg;
	(void)con;
	(void)why;
	if (!j)
		return;
	free(j->q.path);
	free(j->q.query);
	free(j->key);
	free(j);
	*cls = NULL;
}

static void
free_sending(void *arg)
{
	struct sending *s = arg;

	str_done(&s->a.body);
	free(s);
}

/* Silence until the client has had enough. */
static void
stall(int fd)
{
	for (int waited = 0; waited < STALL_MAX_MS; waited += STALL_POLL_MS) {
		struct pollfd p = { fd, POLLIN, 0 };
		char c;

		if (poll(&p, 1, STALL_POLL_MS) > 0 && recv(fd, &c, 1, MSG_PEEK) <= 0)
			return;
	}
}

static void
make_reset(int fd)
{
	struct linger l = { 1, 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
}

static ssize_t
on_read(void *arg, uint64_t pos, char *buf, size_t max)
{
	struct sending *s = arg;
	uint64_t end = s->a.cut_at >= 0 ? (uint64_t)s->a.cut_at : s->a.body.len;

	if (pos >= end) {
		if (s->a.stall)
			stall(s->fd);
		if (s->a.reset)
			make_reset(s->fd);
		return s->a.cut_at >= 0 || s->a.declared_extra > 0
			       ? MHD_CONTENT_READER_END_WITH_ERROR
			       : MHD_CONTENT_READER_END_OF_STREAM;
	}
	if (max > end - pos)
		max = (size_t)(end - pos);
	if (s->a.slow_ms > 0) {
		max = max > 1024 ? 1024 : max;
		pause_ms(s->a.slow_ms);
	}
	memcpy(buf, s->a.body.p + pos, max);
	return (ssize_t)max;
}

static void
add_headers(struct MHD_Response *r, const struct fake_answer *a)
{
	char type[80];

	if (strchr(a->type, ';'))
		str_copy(type, sizeof(type), a->type);
	else
		fmt_buf(type, sizeof(type), "%s; charset=utf-8", a->type);
	MHD_add_response_header(r, "Content-Type", type);
	MHD_add_response_header(r, "Server", "nginx");
	if (a->gzip)
		MHD_add_response_header(r, "Content-Encoding", "gzip");
	if (a->retry_after[0])
		MHD_add_response_header(r, "Retry-After", a->retry_after);
	if (a->location[0])
		MHD_add_response_header(r, "Location", a->location);
}

/* Takes over the answer's body. */
static enum MHD_Result
send_answer(struct MHD_Connection *con, struct fake_answer *a)
{
	struct sending *s = mem_zalloc(sizeof(*s));
	uint64_t size = MHD_SIZE_UNKNOWN;
	unsigned status = (unsigned)a->status;

	s->a = *a;
	s->fd = MHD_get_connection_info(con, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	if (a->framing == FRAME_LENGTH)
		size = (uint64_t)((int64_t)a->body.len + a->declared_extra);
	struct MHD_Response *r =
		MHD_create_response_from_callback(size, BLOCK, on_read, s, free_sending);
	add_headers(r, a);
	if (a->framing == FRAME_CLOSE)
		MHD_set_response_options(r, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
	enum MHD_Result rc = MHD_queue_response(con, status, r);
	MHD_destroy_response(r);
	return rc;
}

static void
account(struct server *s, const struct job *j, const struct fake_answer *a)
{
	bool query = j->q.query[0] != '\0';

	pthread_mutex_lock(&s->mutex);
	size_t i = map_add(s->paths, j->q.path, strlen(j->q.path));
	if (i < PATHS_MAX)
		s->by_path[i]++;
	s->requests++;
	s->bytes += (int64_t)a->body.len;
	if (s->log)
		fprintf(s->log, "GET %s%s%s %d %zu %lld\n", j->q.path, query ? "?" : "", j->q.query,
			a->status, a->body.len, (long long)clock_mono_ms());
	pthread_mutex_unlock(&s->mutex);
}

static void
put_stats(struct server *s, struct str *out)
{
	char iso[DATE_BUF];

	pthread_mutex_lock(&s->mutex);
	str_fmt(out, "{\"requests\":%lld,\"bytes\":%lld,\"today\":\"%s\",\"by_path\":{",
		(long long)s->requests, (long long)s->bytes, date_iso(s->today, iso));
	for (size_t i = 0; i < map_count(s->paths) && i < PATHS_MAX; i++)
		str_fmt(out, "%s\"%s\":%lld", i ? "," : "", map_key(s->paths, i),
			(long long)s->by_path[i]);
	pthread_mutex_unlock(&s->mutex);
	str_puts(out, "}}");
}

static bool
set_today(struct server *s, const char *text)
{
	struct date d;
	bool ok = text && date_parse(text, &d);

	if (!ok)
		return false;
	pthread_mutex_lock(&s->mutex);
	s->today = d;
	pthread_mutex_unlock(&s->mutex);
	return true;
}

/* The market with one more split, or with none; the old one stays for the answers under way. */
static bool
set_splits(struct server *s, const char *rule, bool clear)
{
	struct market *old, *m;

	pthread_mutex_lock(&s->mutex);
	old = s->market;
	pthread_mutex_unlock(&s->mutex);
	if (!old || (!clear && !rule))
		return false;
	if (clear)
		splits_clear();
	if (rule && !splits_add(old, rule))
		return false;
	m = splits_market(&s->o.market);
	pthread_mutex_lock(&s->mutex);
	s->market = m;
	pthread_mutex_unlock(&s->mutex);
	return true;
}

/* "/__stats", "/__today?date=", "/__fault?rule=", "/__split?rule=" and "?clear=1": the tests' own
 * door. */
static void
control(struct server *s, const struct fake_req *q, struct fake_answer *a)
{
	char *rule = fake_param(q, "rule"), *clear = fake_param(q, "clear");
	char *date = fake_param(q, "date");
	bool ok = true;

	fake_set(a, 200, "application/json", "");
	if (strcmp(q->path, "/__today") == 0) {
		ok = set_today(s, date);
	} else if (strcmp(q->path, "/__split") == 0) {
		ok = set_splits(s, rule, clear);
	} else if (strcmp(q->path, "/__fault") == 0) {
		if (clear)
			fault_clear();
		ok = clear || rule;
		ok = ok && (!rule || fault_add(rule));
	} else {
		ok = strcmp(q->path, "/__stats") == 0;
	}
	if (ok)
		put_stats(s, &a->body);
	else
		fake_set(a, 400, "text/plain", "fakefmp: not understood\n");
	free(rule);
	free(clear);
	free(date);
}

static bool
key_ok(const struct server *s, const struct job *j, struct MHD_Connection *con)
{
	const char *sent = MHD_lookup_connection_value(con, MHD_HEADER_KIND, "apikey");

	if (!sent)
		sent = j->key;
	return sent && sent[0] && (!s->o.key || strcmp(sent, s->o.key) == 0);
}

/* JSON as the vendor sends it, unless a fault has already decided how its bytes go. */
static bool
may_gzip(const struct fake_answer *a)
{
	return strcmp(a->type, "application/json") == 0 && a->body.len > 256 && !a->gzip &&
	       a->framing == FRAME_CHUNKED && a->cut_at < 0;
}

static void
serve(struct server *s, struct job *j, struct MHD_Connection *con, struct fake_answer *a)
{
	struct fake_world w = { .replay = s->o.replay };
	struct date today;
	bool found;

	pause_ms(s->o.latency_ms);
	pthread_mutex_lock(&s->mutex);
	w.market = s->market;
	today = s->today;
	pthread_mutex_unlock(&s->mutex);
	if (filings_host(j->q.path) && !filings_admit(&j->q, a)) {
		fault_apply(&w, &j->q, a);
		account(s, j, a);
		return;
	}
	if (!filings_host(j->q.path) && !key_ok(s, j, con)) {
		fake_set(
			a, 401, "application/json",
			"{\"Error Message\":\"Invalid API KEY. Feel free to create a Free API Key "
			"or visit https://site.financialmodelingprep.com/faqs?search=why-is-my-api-"
			"key-invalid for more information.\"}");
	} else {
		found = w.market ? serve_market(w.market, today, &j->q, a)
				 : serve_replay(s->o.replay, today, &j->q, a);
		if (!found)
			fake_set(a, 404, "application/json", "[]");
	}
	fault_apply(&w, &j->q, a);
	if (j->q.gzip && may_gzip(a)) {
		fake_gzip(&a->body);
		a->gzip = true;
	}
	account(s, j, a);
}

static enum MHD_Result
on_request(void *arg, struct MHD_Connection *con, const char *url, const char *method,
	   const char *version, const char *upload, size_t *upload_size, void **cls)
{
	struct server *s = arg;
	struct job *j = *cls;
	struct fake_answer a = { .status = 200, .type = "text/csv", .cut_at = -1 };
	const char *takes;

	(void)url;
	(void)version;
	(void)upload;
	if (!j->seen) {
		j->seen = true;
		return MHD_YES;
	}
	*upload_size = 0;
	str_init(&a.body, FAKE_BODY_MAX);
	takes = MHD_lookup_connection_value(con, MHD_HEADER_KIND, "Accept-Encoding");
	j->q.agent = MHD_lookup_connection_value(con, MHD_HEADER_KIND, "User-Agent");
	j->q.key = j->key || MHD_lookup_connection_value(con, MHD_HEADER_KIND, "apikey");
	j->q.gzip = takes && strstr(takes, "gzip");
	if (strcmp(method, "GET") != 0)
		fake_set(&a, 405, "text/plain", "only GET\n");
	else if (str_starts(j->q.path, "/__"))
		control(s, &j->q, &a);
	else
		serve(s, j, con, &a);
	if (a.no_content) {
		str_done(&a.body);
		return MHD_NO;
	}
	return send_answer(con, &a);
}

static const char usage[] =
	"usage: fakefmp [options]   (listens on 127.0.0.1, prints its address, serves until "
	"SIGTERM)\n"
	"  --port N          0 = any free one (default)\n"
	"  --tickers N       synthetic market of N companies and some funds (100)\n"
	"  --seed S          chance (1)\n"
	"  --years Y         of history up to --end (2)\n"
	"  --start DATE      instead of --years\n"
	"  --end DATE        last day that exists (newest published session)\n"
	"  --today DATE      the vendor's today (--end)\n"
	"  --clean           no bad rows in eod-bulk\n"
	"  --hostile         control bytes in some names\n"
	"  --splits FILE     shares that split on demand, one a line: SYMBOL DATE NUM:DEN; kept "
	"there\n"
	"  --replay DIR      recorded files instead of a market\n"
	"  --key KEY         the only key taken (any)\n"
	"  --latency MS      before each answer\n"
	"  --fault RULE      path=/stable/eod-bulk,query=TEXT,n=2,count=1,kind=KIND[=ARG]; "
	"repeatable\n"
	"  --log FILE        one line per request: path, status, bytes, monotonic ms\n"
	"  --ready-fd N      the address goes there too\n"
	"  --with-parent     ends with the process that started it\n"
	"control: /__stats  /__today?date=D  /__fault?rule=R  /__split?rule=SYMBOL+DATE+NUM:DEN  "
	"(?clear=1 ends either)\n";

static const struct option longs[] = {
	{ "port", 1, NULL, 'p' },     { "tickers", 1, NULL, 'n' },
	{ "seed", 1, NULL, 's' },     { "years", 1, NULL, 'y' },
	{ "start", 1, NULL, 'b' },    { "end", 1, NULL, 'e' },
	{ "today", 1, NULL, 't' },    { "clean", 0, NULL, 'c' },
	{ "hostile", 0, NULL, 'h' },  { "replay", 1, NULL, 'r' },
	{ "key", 1, NULL, 'k' },      { "latency", 1, NULL, 'l' },
	{ "fault", 1, NULL, 'f' },    { "log", 1, NULL, 'o' },
	{ "ready-fd", 1, NULL, 'd' }, { "with-parent", 0, NULL, 'w' },
	{ "splits", 1, NULL, 'x' },   { "help", 0, NULL, '?' },
	{ NULL, 0, NULL, 0 },
};

static int
number(const char *s, int least)
{
	char *end;
	long v = strtol(s, &end, 10);

	if (*end || v < least || v > 1000000) {
		fprintf(stderr, "fakefmp: %s: not a number of its range\n", s);
		exit(64);
	}
	return (int)v;
}

static struct date
day(const char *s)
{
	struct date d;

	if (!date_parse(s, &d)) {
		fprintf(stderr, "fakefmp: %s: not a date\n", s);
		exit(64);
	}
	return d;
}

static void
option(struct options *o, int c, const char *v)
{
	if (c == 'p')
		o->port = number(v, 0);
	else if (c == 'n')
		o->market.tickers = number(v, 1);
	else if (c == 's')
		o->market.seed = strtoull(v, NULL, 10);
	else if (c == 'y')
		o->market.years = number(v, 1);
	else if (c == 'b')
		o->market.start = day(v);
	else if (c == 'e')
		o->market.end = day(v);
	else if (c == 't')
		o->today = day(v);
	else if (c == 'c')
		o->market.clean = true;
	else if (c == 'h')
		o->market.hostile = true;
	else if (c == 'r')
		o->replay = v;
	else if (c == 'k')
		o->key = v;
	else if (c == 'l')
		o->latency_ms = number(v, 0);
	else if (c == 'o')
		o->log = v;
	else if (c == 'd')
		o->ready_fd = number(v, 0);
	else if (c == 'w')
		o->with_parent = true;
	else if (c == 'x')
		o->splits = v;
}

static void
options(struct options *o, int argc, char **argv)
{
	int c;

	*o = (struct options){ .ready_fd = -1, .today = DATE_NONE };
	o->market = (struct market_opts){
		.tickers = 100, .years = 2, .seed = 1, .start = DATE_NONE, .end = DATE_NONE
	};
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c == '?' || optind > argc) {
			fputs(usage, stderr);
			exit(64);
		}
		if (c == 'f' && !fault_add(optarg)) {
			fprintf(stderr, "fakefmp: %s: not a fault rule\n", optarg);
			exit(64);
		}
		option(o, c, optarg);
	}
	if (!date_is_set(o->market.end))
		o->market.end = calendar_published(clock_wall_ms(), 120);
	if (!date_is_set(o->today))
		o->today = o->replay ? calendar_last() : o->market.end;
}

static struct MHD_Daemon *
listen_on(struct server *s)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)s->o.port) };

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return MHD_start_daemon(
		MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL,
		(uint16_t)s->o.port, NULL, NULL, on_request, s, MHD_OPTION_SOCK_ADDR,
		(struct sockaddr *)&at, MHD_OPTION_URI_LOG_CALLBACK, on_uri, s,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, s, MHD_OPTION_END);
}

static void
announce(const struct server *s, struct MHD_Daemon *d)
{
	char line[64];
	unsigned port = MHD_get_daemon_info(d, MHD_DAEMON_INFO_BIND_PORT)->port;

	fmt_buf(line, sizeof(line), "http://127.0.0.1:%u\n", port);
	fputs(line, stdout);
	fflush(stdout);
	if (s->o.ready_fd >= 0 && write(s->o.ready_fd, line, strlen(line)) < 0)
		fputs("fakefmp: nobody reads --ready-fd\n", stderr);
}

int
main(int argc, char **argv)
{
	struct server s = { .mutex = PTHREAD_MUTEX_INITIALIZER };
	pid_t parent = getppid();
	sigset_t ends;
	int got;

	options(&s.o, argc, argv);
	if (s.o.splits && !splits_open(s.o.splits)) {
		fprintf(stderr, "fakefmp: %s: not a file of splits\n", s.o.splits);
		return 64;
	}
	if (s.o.with_parent) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (getppid() != parent)
			return 0;
	}
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	pthread_sigmask(SIG_BLOCK, &ends, NULL);
	signal(SIGPIPE, SIG_IGN);
	s.today = s.o.today;
	s.paths = map_new();
	s.log = s.o.log ? fopen(s.o.log, "a") : NULL;
	if (s.log)
		setvbuf(s.log, NULL, _IOLBF, 0);
	if (!s.o.replay)
		s.market = splits_market(&s.o.market);
	struct MHD_Daemon *d = listen_on(&s);
	if (!d) {
		fputs("fakefmp: cannot listen\n", stderr);
		return 1;
	}
	announce(&s, d);
	sigwait(&ends, &got);
	_exit(0); /* connections may be stalled on purpose: nothing to wait for */
}
