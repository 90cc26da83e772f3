#include "jobs/layer2/price_store.h"

#include "core/db_copy.h"
#include "core/db_snapshot.h"
#include "core/vec.h"

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	CHUNK_ROWS = 42,
	BLOCK_BYTES = 1 << 20, /* chunks are cut from blocks of this size */
	READERS_MAX = 6,
	BLOCKS_MIN = 1000,     /* smaller tables are not shared out */
	LIST_MAX = 200,	       /* up to so many tickers are asked for by name */
	PROGRESS_ROWS = 16384, /* power of two */
	TID_BUF = 32
};

struct chunk {
	struct chunk *next;
	double price[CHUNK_ROWS];
	int32_t day[CHUNK_ROWS];
};

struct bucket {
	struct chunk *first, *last;
	uint32_t used; /* rows of `last` */
	uint32_t rows;
	size_t follows; /* the ticker seen after this one: right on most days, it spares a look-up
			 */
};

struct reader {
	struct price_store *store;
	struct db *db;
	pthread_t thread;
	bool started;
	enum query query;
	const char *arg[3];
	char lo[TID_BUF], hi[TID_BUF];
	struct bucket *bucket; /* of tickers from..to-1 */
	VEC(char *) block;
	size_t block_used;
	size_t ticker;		      /* of the row before, MAP_NONE at first */
	int64_t seen, rows, unusable; /* rows and unusable: of the wanted tickers */
	struct date newest;
	int result;
	struct err err;
};

struct price_store {
	struct job_ctx *c;
	const struct map *tickers;
	size_t from, to;
	struct reader reader[READERS_MAX];
	size_t readers;
	atomic_llong bytes;
	long long budget;
	atomic_bool full, stop;
	int64_t rows, unusable;
	struct date newest;
};

struct price_store *
price_store_new(struct job_ctx *c, const struct map *tickers)
{
	struct price_store *s = mem_zalloc(sizeof(*s));

	s->c = c;
	s->tickers = tickers;
	s->newest = DATE_NONE;
	return s;
}

static void
drop(struct price_store *s)
{
	for (size_t i = 0; i < s->readers; i++) {
		struct reader *r = &s->reader[i];

		for (size_t k = 0; k < r->block.n; k++)
			free(r->block.at[k]);
		vec_done(&r->block);
		free(r->bucket);
	}
	s->readers = 0;
	atomic_store(&s->bytes, 0);
	atomic_store(&s->full, false);
	atomic_store(&s->stop, false);
}

void
price_store_free(struct price_store *s)
{
	if (!s)
		return;
	drop(s);
	free(s);
}

static struct chunk *
new_chunk(struct reader *r)
{
	struct chunk *c;

	if (r->block.n == 0 || r->block_used + sizeof(*c) > BLOCK_BYTES) {
		long long total = atomic_fetch_add(&r->store->bytes, BLOCK_BYTES) + BLOCK_BYTES;

		if (total > r->store->budget)
			atomic_store(&r->store->full, true);
		vec_push(&r->block, mem_alloc(BLOCK_BYTES));
		r->block_used = 0;
	}
	c = (struct chunk *)(void *)(r->block.at[r->block.n - 1] + r->block_used);
	r->block_used += sizeof(*c);
	c->next = NULL;
	return c;
}

static void
put(struct reader *r, struct bucket *b, int32_t day, double price)
{
	if (!b->last || b->used == CHUNK_ROWS) {
		struct chunk *c = new_chunk(r);

		if (b->last)
			b->last->next = c;
		else
			b->first = c;
		b->last = c;
		b->used = 0;
	}
	b->last->day[b->used] = day;
	b->last->price[b->used++] = price;
	b->rows++;
}

static bool
is_ticker(const struct reader *r, size_t i, const char *p, size_t len)
{
	const char *key;

	if (i < r->store->from || i >= r->store->to)
		return false;
	key = map_key(r->store->tickers, i);
	return strncmp(key, p, len) == 0 && key[len] == '\0';
}

static size_t
which(struct reader *r, const struct db_field *f)
{
	const char *p = (const char *)f->p;
	size_t len = (size_t)f->len, i = r->ticker, next;

	if (is_ticker(r, i, p, len))
		return i;
	next = i == MAP_NONE ? MAP_NONE : r->bucket[i - r->store->from].follows;
	if (!is_ticker(r, next, p, len)) {
		next = map_find(r->store->tickers, p, len);
		if (next == MAP_NONE || next < r->store->from || next >= r->store->to)
			return MAP_NONE;
		if (i != MAP_NONE)
			r->bucket[i - r->store->from].follows = next;
	}
	r->ticker = next;
	return next;
}

static int
take_row(void *arg, const struct db_field *f, int n, struct err *e)
{
	struct reader *r = arg;
	struct date day;
	struct num price;
	size_t i;

	if (n != 3 || !f[0].p)
		return err_set(e, ERR_INTERNAL, "prices_daily: row of %d fields", n);
	if ((++r->seen & (PROGRESS_ROWS - 1)) == 0) {
		run_progress_add(r->store->c, PROGRESS_ROWS);
		if (cancel_asked(r->store->c->cancel))
			atomic_store(&r->store->stop, true);
	}
	if (atomic_load_explicit(&r->store->stop, memory_order_relaxed) ||
	    atomic_load_explicit(&r->store->full, memory_order_relaxed))
		return err_set(e, ERR_CANCELLED, "reader stopped");
	i = which(r, &f[0]);
	if (i == MAP_NONE)
		return 0;
	r->rows++;
	day = db_field_date(&f[1]);
	price = db_field_numeric(&f[2]);
	if (!price.has || !(price.v > 0) || !date_is_set(day)) {
		r->unusable++;
		return 0;
	}
	if (date_cmp(day, r->newest) > 0)
		r->newest = day;
	put(r, &r->bucket[i - r->store->from], day.days, price.v);
	return 0;
}

static void *
read_thread(void *arg)
{
	struct reader *r = arg;

	r->result = db_copy_out(r->db, r->query, r->arg, take_row, r, &r->err);
	if (r->result < 0)
		atomic_store(&r->store->stop, true);
	return NULL;
}

/* "{A,BRK-B}": tickers need no quoting in an array. */
static void
ticker_array(const struct price_store *s, struct str *out)
{
	str_init(out, 8192);
	str_putc(out, '{');
	for (size_t i = s->from; i < s->to; i++)
		str_fmt(out, "%s\"%s\"", i > s->from ? "," : "", map_key(s->tickers, i));
	str_putc(out, '}');
}

static struct reader *
add_reader(struct price_store *s, struct db *db, enum query q, const char *last)
{
	struct reader *r = &s->reader[s->readers++];
	size_t n = s->to - s->from;

	memset(r, 0, sizeof(*r));
	r->store = s;
	r->db = db;
	r->query = q;
	r->arg[0] = last;
	r->ticker = MAP_NONE;
	r->newest = DATE_NONE;
	r->bucket = mem_zalloc((n ? n : 1) * sizeof(*r->bucket));
	return r;
}

static void
range_of(struct reader *r, int64_t lo, int64_t hi, bool open)
{
	(void)fmt_buf(r->lo, sizeof(r->lo), "(%lld,0)", (long long)lo);
	/* The last range has no end: the table may have grown since its blocks were counted. */
	(void)fmt_buf(r->hi, sizeof(r->hi), "(%lld,0)", open ? 4294967295LL : (long long)hi);
	r->arg[1] = r->lo;
	r->arg[2] = r->hi;
}

/* Number of block ranges worth reading side by side; 0 = ranges mean nothing here. */
static int
count_blocks(struct price_store *s, int64_t *blocks, struct err *e)
{
	ROWS_AUTO r = db_query(s->c->db, Q_PRICE_BLOCKS, NULL, e);

	if (!r)
		return -1;
	*blocks = rows_count(r) > 0 ? rows_int(r, 0, 0) : 0;
	return 0;
}

/* As many readers as connections are to be had, all on the snapshot of the first. */
static int
open_readers(struct price_store *s, const char *last, size_t want, int64_t blocks, struct err *e)
{
	char id[DB_SNAPSHOT_ID];

	if (db_snapshot_export(s->c->db, id, e) < 0)
		return -1;
	add_reader(s, s->c->db, Q_PRICE_BLOCKS_OUT, last);
	while (s->readers < want) {
		struct err why = ERR_INIT;
		struct db *db = run_db_open(s->c, &why);

		if (!db || db_snapshot_import(db, id, &why) < 0) {
			db_close(db);
			run_log(s->c, LVL_INFO, "%zu of %zu readers: %s", s->readers, want,
				why.text);
			break;
		}
		add_reader(s, db, Q_PRICE_BLOCKS_OUT, last);
	}
	for (size_t i = 0; i < s->readers; i++)
		range_of(&s->reader[i], blocks * (int64_t)i / (int64_t)s->readers,
			 blocks * (int64_t)(i + 1) / (int64_t)s->readers, i + 1 == s->readers);
	return 0;
}

static void
close_readers(struct price_store *s)
{
	for (size_t i = 0; i < s->readers; i++) {
		if (i > 0)
			db_close(s->reader[i].db);
		s->reader[i].db = NULL;
	}
	db_rollback(s->c->db);
}

static int
run_readers(struct price_store *s, struct err *e)
{
	for (size_t i = 1; i < s->readers; i++)
		s->reader[i].started =
			pthread_create(&s->reader[i].thread, NULL, read_thread, &s->reader[i]) == 0;
	read_thread(&s->reader[0]);
	for (size_t i = 1; i < s->readers; i++) {
		if (s->reader[i].started)
			pthread_join(s->reader[i].thread, NULL);
		else /* no thread to be had: one after the other */
			read_thread(&s->reader[i]);
	}
	for (size_t i = 0; i < s->readers; i++)
		if (s->reader[i].result < 0 && s->reader[i].err.cls != ERR_CANCELLED) {
			*e = s->reader[i].err;
			return err_wrap(e, "prices_daily");
		}
	return 0;
}

static void
add_up(struct price_store *s)
{
	for (size_t i = 0; i < s->readers; i++) {
		s->rows += s->reader[i].rows;
		s->unusable += s->reader[i].unusable;
		if (date_cmp(s->reader[i].newest, s->newest) > 0)
			s->newest = s->reader[i].newest;
	}
}

/* Each reader keeps a process of the server and a thread of ours busy: with more than half the
 * processors they only get into each other's way. */
static size_t
readers_wanted(const struct conf *conf)
{
	long n = conf->workers > 0 ? conf->workers : sysconf(_SC_NPROCESSORS_ONLN) / 2;

	if (n > conf->connections)
		n = (long)conf->connections;
	if (n > READERS_MAX)
		n = READERS_MAX;
	return n > 1 ? (size_t)n : 1;
}

/* A single reader takes the whole table: a plain scan is a third faster than one over a range of
 * blocks, and does not push everything else out of the server's buffers. */
static int
read_table(struct price_store *s, const char *last, struct err *e)
{
	size_t want = readers_wanted(s->c->conf);
	int64_t blocks;
	int rc;

	if (count_blocks(s, &blocks, e) < 0)
		return -1;
	if (want == 1 || blocks < BLOCKS_MIN) {
		add_reader(s, s->c->db, Q_PRICE_ALL_OUT, last);
		return run_readers(s, e);
	}
	rc = open_readers(s, last, want, blocks, e);
	if (rc == 0)
		rc = run_readers(s, e);
	close_readers(s);
	return rc;
}

static int
read_list(struct price_store *s, const char *last, struct err *e)
{
	STR_AUTO list = { 0 };

	ticker_array(s, &list);
	add_reader(s, s->c->db, Q_PRICE_TICKERS_OUT, last)->arg[1] = str_c(&list);
	return run_readers(s, e);
}

int
price_store_read(struct price_store *s, size_t from, size_t to, struct date last, bool *full,
		 struct err *e)
{
	char day[DATE_BUF];
	bool over;
	int rc;

	drop(s);
	s->from = from;
	s->to = to;
	s->budget = full ? (long long)s->c->conf->perf_memory_mb << 20 : LLONG_MAX;
	date_iso(last, day);
	rc = to - from <= LIST_MAX ? read_list(s, day, e) : read_table(s, day, e);
	over = rc == 0 && atomic_load(&s->full);
	if (full)
		*full = over;
	if (rc == 0 && !over)
		rc = run_check(s->c, e);
	if (rc == 0 && !over)
		add_up(s);
	else
		drop(s);
	return rc;
}

struct price {
	int32_t day;
	double price;
};

static int
by_day(const void *a, const void *b)
{
	const struct price *x = a, *y = b;

	return x->day < y->day ? -1 : x->day > y->day;
}

/* Rarely needed: a heap that grew day by day hands every bucket over in order. */
static void
sort_series(struct price_series *p)
{
	struct price *t = mem_alloc(p->n * sizeof(*t));

	for (size_t i = 0; i < p->n; i++)
		t[i] = (struct price){ p->day[i], p->price[i] };
	qsort(t, p->n, sizeof(*t), by_day);
	for (size_t i = 0; i < p->n; i++) {
		p->day[i] = t[i].day;
		p->price[i] = t[i].price;
	}
	free(t);
}

static void
reserve(struct price_series *p, size_t n)
{
	if (p->cap >= n)
		return;
	p->cap = n + n / 2;
	p->day = mem_realloc(p->day, p->cap * sizeof(*p->day));
	p->price = mem_realloc(p->price, p->cap * sizeof(*p->price));
}

static void
append_bucket(struct price_series *out, const struct bucket *b)
{
	for (const struct chunk *c = b->first; c; c = c->next) {
		size_t n = c->next ? CHUNK_ROWS : b->used;

		memcpy(out->day + out->n, c->day, n * sizeof(*c->day));
		memcpy(out->price + out->n, c->price, n * sizeof(*c->price));
		out->n += n;
	}
}

static size_t
count_rows(const struct price_store *s, size_t ticker)
{
	size_t n = 0;

	for (size_t i = 0; i < s->readers && ticker >= s->from && ticker < s->to; i++)
		n += s->reader[i].bucket[ticker - s->from].rows;
	return n;
}

void
price_store_series(const struct price_store *s, size_t ticker, struct price_series *out)
{
	size_t rows = count_rows(s, ticker);
	bool sorted = true;

	out->n = 0;
	reserve(out, rows);
	for (size_t i = 0; out->n < rows; i++)
		append_bucket(out, &s->reader[i].bucket[ticker - s->from]);
	for (size_t i = 1; i < out->n && sorted; i++)
		sorted = out->day[i - 1] < out->day[i];
	if (!sorted)
		sort_series(out);
}

void
price_series_done(struct price_series *p)
{
	free(p->day);
	free(p->price);
	memset(p, 0, sizeof(*p));
}

int64_t
price_store_rows(const struct price_store *s)
{
	return s->rows;
}

int64_t
price_store_unusable(const struct price_store *s)
{
	return s->unusable;
}

bool
price_store_roomy(const struct price_store *s)
{
	return atomic_load(&s->bytes) < s->budget / 2;
}

struct date
price_store_newest(const struct price_store *s)
{
	return s->newest;
}
