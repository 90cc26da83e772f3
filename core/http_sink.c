#include "core/http_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

/* Small answers may be as regular as they like. */
enum { RATIO_MAX = 200, RATIO_FREE = 1024 * 1024, INFLATE_STEP = 64 * 1024 };

/* Our own gunzip, because curl's takes a stream that stops in the middle for a whole one. */
struct gunzip {
	z_stream z;
	bool ended;
	char buf[INFLATE_STEP];
};

/* Always false: the caller stops the transfer with it. */
static bool
refuse(struct sink *s, enum err_class cls, bool retry, const char *why)
{
	s->bad = cls;
	s->bad_retry = retry;
	str_copy(s->why, sizeof(s->why), why);
	return false;
}

static void
gunzip_free(struct sink *s)
{
	if (!s->z)
		return;
	inflateEnd(&s->z->z);
	free(s->z);
	s->z = NULL;
}

void
sink_restart(struct sink *s)
{
	gunzip_free(s);
	if (s->mem)
		str_clear(s->mem);
	if (s->file) {
		rewind(s->file);
		if (ftruncate(fileno(s->file), 0) < 0)
			refuse(s, ERR_INTERNAL, false, "cannot empty the file");
	}
	s->raw = s->out = 0;
	s->nhead = s->nkeep = 0;
	s->last = '\0';
	s->cut = false;
	s->bad = ERR_NONE;
	s->bad_retry = false;
	s->why[0] = '\0';
}

void
sink_gzip(struct sink *s)
{
	gunzip_free(s);
	s->z = mem_zalloc(sizeof(*s->z));
	inflateInit2(&s->z->z, 16 + MAX_WBITS);
}

/* Bytes of the body proper. */
static bool
put(struct sink *s, const char *p, size_t n)
{
	char why[160];

	if (n == 0)
		return true;
	if ((int64_t)n > s->cap - s->out) {
		fmt_buf(why, sizeof(why), "is larger than %lld MiB",
			(long long)(s->cap / (1024 * 1024)));
		return refuse(s, ERR_DATA, false, why);
	}
	s->out += (int64_t)n;
	if (s->z && s->out > RATIO_FREE && s->out / RATIO_MAX > s->raw)
		return refuse(s, ERR_DATA, false, "unpacks to more than 200 times its size");
	if (s->nhead < HTTP_HEAD) {
		size_t take = n < HTTP_HEAD - s->nhead ? n : HTTP_HEAD - s->nhead;

		memcpy(s->head + s->nhead, p, take);
		s->nhead += take;
	}
	if (s->nkeep < s->keep_cap) {
		size_t take = n < s->keep_cap - s->nkeep ? n : s->keep_cap - s->nkeep;

		memcpy(s->keep + s->nkeep, p, take);
		s->nkeep += take;
	}
	s->last = p[n - 1];
	if (s->mem && str_put(s->mem, p, n) < 0)
		return refuse(s, ERR_DATA, false, "is larger than allowed");
	if (s->file && fwrite(p, 1, n, s->file) != n) {
		fmt_buf(why, sizeof(why), "cannot be written to disk (%s)",
			errno == ENOSPC ? "disk full" : "write error");
		return refuse(s, ERR_INTERNAL, false, why);
	}
	return true;
}

/* A few KB of input at a time, so that a bomb is noticed long before its end. */
static bool
unpack(struct sink *s, const char *p, size_t n)
{
	z_stream *z = &s->z->z;
	unsigned char in[4096];

	while (n > 0) {
		size_t take = n < sizeof(in) ? n : sizeof(in);

		memcpy(in, p, take);
		z->next_in = in;
		z->avail_in = (uInt)take;
		while (!s->z->ended) {
			z->next_out = (Bytef *)s->z->buf;
			z->avail_out = INFLATE_STEP;
			int rc = inflate(z, Z_NO_FLUSH);

			if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
				return refuse(s, ERR_NETWORK, true, "has damaged gzip data");
			s->z->ended = rc == Z_STREAM_END;
			if (!put(s, s->z->buf, INFLATE_STEP - z->avail_out))
				return false;
			if (z->avail_out > 0)
				break;
		}
		if (s->z->ended && (z->avail_in > 0 || n > take))
			return refuse(s, ERR_NETWORK, true, "has bytes behind its gzip data");
		p += take;
		n -= take;
	}
	return true;
}

bool
sink_write(struct sink *s, const char *p, size_t n)
{
	if (s->bad != ERR_NONE)
		return false;
	s->raw += (int64_t)n;
	return s->z ? unpack(s, p, n) : put(s, p, n);
}

void
sink_end(struct sink *s)
{
	if (s->z && s->raw > 0 && !s->z->ended)
		s->cut = true;
	if (s->file && fflush(s->file) != 0 && s->bad == ERR_NONE)
		refuse(s, ERR_INTERNAL, false,
		       errno == ENOSPC ? "cannot be written to disk (disk full)"
				       : "cannot be written to disk (write error)");
}

void
sink_done(struct sink *s)
{
	gunzip_free(s);
}
