#include "jobs/engine/sentiment.h"

#include "jobs/engine_io/io.h"

#include <stddef.h>

int
engine_sentiment(const struct json *in, struct json **out, struct err *e)
{
	static const struct io_field fields[] = {
		{ "value", offsetof(struct sentiment, value) },
		{ "confidence", offsetof(struct sentiment, confidence) },
		{ "relative_deviation", offsetof(struct sentiment, relative_deviation) },
		{ "directional_consistency", offsetof(struct sentiment, directional_consistency) },
		{ "intensity", offsetof(struct sentiment, intensity) },
	};
	struct multiples at[SENTIMENT_DATES];
	struct sentiment s;

	(void)e;
	io_multiples(json_get(in, "multiples"), at);
	sentiment(at, &s);
	*out = json_new_object();
	io_write(*out, fields, ARRAY_LEN(fields), &s);
	json_set_text(*out, "band", sentiment_band_name(s.band));
	json_set_text(*out, "status", sentiment_status_name(s.status));
	return 0;
}
