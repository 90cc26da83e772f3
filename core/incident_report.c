/* A playbook as lines, and which of them is about what. */
#include "core/incident.h"

#include <string.h>

enum { COMMAND_MAX = 400 };

bool
incident_about(const struct incident *in, const char *name)
{
	size_t n = strlen(name);

	for (const char *const *c = in->diagnose; c && *c; c++)
		for (const char *p = strstr(*c, name); p; p = strstr(p + 1, name))
			if (p > *c && p[-1] == ' ' && (p[n] == ' ' || p[n] == '\0'))
				return true;
	return false;
}

/* Every "DATE" becomes the session. */
static void
add_command(struct report *out, const char *command, struct date day)
{
	static const char word[] = "DATE";
	char iso[DATE_BUF];
	STR_AUTO text = { 0 };

	str_init(&text, COMMAND_MAX);
	for (const char *at; date_is_set(day) && (at = strstr(command, word));
	     command = at + strlen(word))
		str_fmt(&text, "%.*s%s", (int)(at - command), command, date_iso(day, iso));
	str_puts(&text, command);
	report_add(out, REPORT_PLAIN, NULL, "%s", str_c(&text));
}

static bool
has_word(const char *const *commands, const char *word)
{
	for (; commands && *commands; commands++)
		if (strstr(*commands, word))
			return true;
	return false;
}

/* Which words of the remedy stand for something, and who knows for what. */
static void
add_words(struct report *out, const char *const *remedy, struct date day)
{
	static const char *const words[] = { "FIRST", "LAST", "DATE", "RUN" };
	STR_AUTO found = { 0 };

	str_init(&found, COMMAND_MAX);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (has_word(remedy, words[i]) && !(str_same(words[i], "DATE") && date_is_set(day)))
			str_fmt(&found, "%s%s", found.len ? ", " : "", words[i]);
	if (found.len)
		report_add(out, REPORT_DIM, NULL, "%s: fintra plan shows these commands filled in.",
			   str_c(&found));
}

void
incident_report(const struct incident *in, struct date day, struct report *out)
{
	report_title(out, "%s: %s", in->name, in->title);
	report_add(out, REPORT_PLAIN, NULL, "Symptom: %s.", in->symptom);
	report_add(out, REPORT_PLAIN, NULL, "Cause: %s.", in->cause);
	report_title(out, "To tell it:");
	for (const char *const *c = in->diagnose; c && *c; c++)
		add_command(out, *c, day);
	report_title(out, "To repair it (fintra fix does the same, each step once):");
	for (const char *const *c = in->remedy; c && *c; c++)
		add_command(out, *c, day);
	add_words(out, in->remedy, day);
	if (!in->steps)
		return;
	report_title(out, "To practise it, in a shell:");
	report_add(out, REPORT_PLAIN, NULL, "fintra demo --incident %s", in->name);
}
