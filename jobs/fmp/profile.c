#include "jobs/fmp/profile.h"

#include "core/num.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A descriptive column that is gone gives NULL; one that decides what an instrument is stops the
 * run. */
const struct csv_column profile_columns[PROFILE_COLUMNS] = {
	[PROFILE_SYMBOL] = { "symbol|ticker", true },
	[PROFILE_NAME] = { "companyName", true },
	[PROFILE_EXCHANGE] = { "exchangeFullName", false },
	[PROFILE_EXCHANGE_SHORT] = { "exchangeShortName|exchange", true },
	[PROFILE_CURRENCY] = { "currency", false },
	[PROFILE_SECTOR] = { "sector", true },
	[PROFILE_INDUSTRY] = { "industry", true },
	[PROFILE_COUNTRY] = { "country", false },
	[PROFILE_IS_ETF] = { "isEtf", true },
	[PROFILE_IS_ADR] = { "isAdr", true },
	[PROFILE_IS_FUND] = { "isFund", true },
};

static const char path[] = "/stable/profile-bulk";

enum { SAME_BYTES = 1024, COPY_BUF = 65536 };

static bool
is_true(const struct csv_cell *cell)
{
	size_t n = cell->len;
	const char *p = cell_trim(cell->p, &n);

	return n == 4 && strncasecmp(p, "true", 4) == 0;
}

/* The symbol is read as text: NA, TRUE and INF are tickers. */
bool
profile_decode(const struct csv_row *row, struct profile *p)
{
	const struct csv_cell *cell = row->cell;

	if (!ticker_normal(cell[PROFILE_SYMBOL].p, cell[PROFILE_SYMBOL].len, p->ticker))
		return false;
	for (int i = PROFILE_NAME; i <= PROFILE_COUNTRY; i++) {
		p->text[i].len = cell[i].len;
		p->text[i].p = cell_text(cell[i].p, &p->text[i].len);
	}
	p->is_etf = is_true(&cell[PROFILE_IS_ETF]);
	p->is_adr = is_true(&cell[PROFILE_IS_ADR]);
	p->is_fund = is_true(&cell[PROFILE_IS_FUND]);
	return true;
}

/* An endpoint that ignores `part` sends part 0 for ever: told by its first bytes. */
static size_t
head_of(const char *file, char buf[SAME_BYTES])
{
	FILE *f = fopen(file, "re");
	size_t n = f ? fread(buf, 1, SAME_BYTES, f) : 0;

	if (f)
		fclose(f);
	return n;
}

/* Reads one line, its end included; true when there was one. */
static bool
read_header(FILE *f, struct str *line)
{
	int ch;

	while ((ch = getc(f)) != EOF) {
		if (str_putc(line, (char)ch) < 0 || ch == '\n')
			break;
	}
	return line->len > 0;
}

/* Appends a part to the joined file: the first with its header, the others without, a missing final
 * line end made good. */
static int
append(FILE *to, FILE *from, bool first, struct err *e)
{
	char buf[COPY_BUF];
	char last = '\n';
	size_t n;
	STR_AUTO header = { 0 };

	str_init(&header, COPY_BUF);
	read_header(from, &header);
	if (first && fwrite(str_c(&header), 1, header.len, to) != header.len)
		return err_errno(e, ERR_CONFIG, errno, "cache file");
	while ((n = fread(buf, 1, sizeof(buf), from)) > 0) {
		if (fwrite(buf, 1, n, to) != n)
			return err_errno(e, ERR_CONFIG, errno, "cache file");
		last = buf[n - 1];
	}
	if (ferror(from))
		return err_errno(e, ERR_INTERNAL, errno, "part file");
	if (last != '\n' && putc('\n', to) == EOF)
		return err_errno(e, ERR_CONFIG, errno, "cache file");
	return 0;
}

struct part_request { /* an http_req with what it borrows */
	char text[16], key[40];
	struct http_arg args[2];
	struct http_req q;
};

static const struct http_req *
request_of(int part, struct part_request *r)
{
	*r = (struct part_request){ .q = { .path = path,
					   .kind = HTTP_CSV,
					   .bulk = true,
					   .end_status = part > 0 ? 400 : 0 } };
	fmt_buf(r->text, sizeof(r->text), "%d", part);
	fmt_buf(r->key, sizeof(r->key), "profile-bulk_part%d.csv", part);
	r->args[0] = (struct http_arg){ "part", r->text };
	r->q.args = r->args;
	return &r->q;
}

struct parts {
	struct job_ctx *c;
	int64_t asked;				       /* requests */
	bool held;				       /* a part was at hand */
	struct cache_file part[PROFILE_LAST_PART + 1]; /* held until they are joined */
	FILE *to;
	int64_t rows;
	struct http_resp first; /* answer to part 0 */
	char head[SAME_BYTES];	/* of part 0 */
	size_t head_n;
	char header[COPY_BUF]; /* header names of part 0, as the reader saw them */
};

/* The part as a whole: readable to its end, with the columns of part 0 in the same places. */
static int
check_part(struct parts *p, const char *file, int part, struct err *e)
{
	struct csv_reader *r = csv_open(profile_columns, PROFILE_COLUMNS, NULL, NULL);
	FILE *f = fopen(file, "re");
	char buf[COPY_BUF];
	size_t n;
	int rc = f ? 0 : err_errno(e, ERR_INTERNAL, errno, "part file");

	while (rc == 0 && (n = fread(buf, 1, sizeof(buf), f)) > 0)
		rc = csv_feed(r, buf, n, e);
	if (rc == 0)
		rc = csv_finish(r, e);
	if (rc == 0 && part == 0)
		str_copy(p->header, sizeof(p->header), csv_header(r));
	else if (rc == 0 && !str_same(p->header, csv_header(r)))
		rc = err_set(e, ERR_PROTOCOL, "its header differs from that of part 0");
	if (rc == 0)
		p->rows += csv_rows(r);
	if (f)
		fclose(f);
	csv_close(r);
	return rc;
}

static int
take_part(struct parts *p, const struct cache_file *f, int part, struct err *e)
{
	if (check_part(p, f->path, part, e) < 0)
		return -1;
	FILE *from = fopen(f->path, "re");

	if (!from)
		return err_errno(e, ERR_INTERNAL, errno, "part file");
	int rc = append(p->to, from, part == 0, e);

	fclose(from);
	return rc;
}

/* 1 = taken, 0 = this is past the end, -1 = failed. */
static int
one_part(struct parts *p, int part, struct err *e)
{
	char head[SAME_BYTES];
	struct cache_file *f = &p->part[part];
	struct part_request r;
	const struct http_req *q = request_of(part, &r);

	if (!cache_find(p->c, r.key, q, 0, f)) {
		p->asked++;
		if (cache_fetch(p->c, r.key, q, f, e) < 0)
			return -1;
	}
	if (part == 0 && f->empty)
		return err_set(e, ERR_EMPTY, "%s: the answer is empty (status %d, \"%s\")", path,
			       f->resp.status, f->resp.head);
	if (f->end || f->empty)
		return 0;
	size_t n = head_of(f->path, head);

	if (part > 0 && n == p->head_n && memcmp(head, p->head, n) == 0)
		return 0; /* the endpoint ignores `part` */
	if (part == 0) {
		p->first = f->resp;
		memcpy(p->head, head, n);
		p->head_n = n;
	}
	if (take_part(p, f, part, e) < 0)
		return err_wrap(e, "%s part %d (status %d, \"%.120s\")", path, part, f->resp.status,
				f->resp.head);
	p->held = p->held || f->held;
	if (!f->held)
		run_log(p->c, LVL_INFO, "part %d: %lld bytes, %lld row%s so far", part,
			(long long)f->resp.bytes, (long long)p->rows, num_s(p->rows));
	cache_hold(p->c, f);
	return 1;
}

/* Any failure ends the call: a universe without its later parts must never look complete. */
static int
all_parts(struct parts *p, struct err *e)
{
	int more = 1;

	for (int part = 0; more > 0 && part <= PROFILE_LAST_PART; part++) {
		if (part > 0)
			cancel_wait(p->c->cancel, p->c->conf->part_pause_ms);
		if (run_check(p->c, e) < 0)
			return -1;
		more = one_part(p, part, e);
		run_progress(p->c, part + 1);
	}
	if (more < 0)
		return -1;
	if (!p->held) /* of a look ahead the next time */
		run_result_int(p->c, "profile_calls", p->asked);
	return 0;
}

/* How many parts there are the vendor alone knows: as many as the last time, less those at hand. */
static int
look_at_parts(struct job_ctx *c, struct err *e)
{
	ROWS_AUTO last = db_query(c->db, Q_PROFILE_CALLS, NULL, e);
	int64_t held = 0;

	if (!last)
		return -1;
	for (int part = 0; part == held && part <= PROFILE_LAST_PART; part++) {
		CACHE_AUTO f = CACHE_FILE_INIT;
		struct part_request r;
		const struct http_req *q = request_of(part, &r);

		held += cache_find(c, r.key, q, 0, &f);
	}
	run_look_calls(c, rows_count(last) ? rows_int(last, 0, 0) - held : -1);
	return 0;
}

/* Once joined they are not needed; of a call that failed they stay for the resumed run, unless they
 * are what it failed of. */
static void
leave_parts(struct parts *p, const struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(p->part); i++) {
		if (e)
			cache_drop_for(&p->part[i], e);
		else
			cache_drop(&p->part[i]);
		cache_done(&p->part[i]);
	}
}

/* The parts are joined before anything is stored: no transaction stays open over the downloads. */
int
profile_fetch(struct job_ctx *c, bool fresh, struct cache_file *f, struct err *e)
{
	static const char key[] = "profile-bulk_latest.csv";
	const struct http_req q = { .path = path, .kind = HTTP_CSV, .bulk = true };

	run_phase(c, "download", 0);
	if (cache_find(c, key, &q, fresh ? 0 : PROFILE_CACHE_MS, f)) {
		if (f->reused)
			run_log(c, LVL_INFO, "%s of the last hour is used again", key);
		return 0;
	}
	if (cache_new(c, key, &q, f, e) < 0)
		return -1;
	if (run_looks(c))
		return look_at_parts(c, e);
	struct parts *p = mem_zalloc(sizeof(*p));

	p->c = c;
	p->to = cache_create(f->path);
	int rc = p->to ? all_parts(p, e) : err_errno(e, ERR_CONFIG, errno, f->path);

	if (p->to && fclose(p->to) != 0 && rc == 0)
		rc = err_errno(e, ERR_CONFIG, errno, f->path);
	f->resp = p->first;
	if (rc == 0)
		cache_hold(c, f);
	leave_parts(p, rc == 0 ? NULL : e);
	free(p);
	return rc;
}
