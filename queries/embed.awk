# Compiles named queries into C:  awk -f embed.awk -v out=header|source FILE...
#   -- rows of some_stage by some_key     in the comment of a merge that may be taken in parts of its stage
#   -- name: some_query     starts a query; the following "--" lines are its comment, the rest its text.
# Files under queries/schema are migrations: each whole file becomes one entry of migrations[].
function flush_query() {
	if (name == "")
		return
	sub(/[ \t\n;]+$/, "", text)
	n++
	names[n] = name
	texts[n] = text
	params[n] = highest(text)
	parts[n] = stage ? "\"" stage "\", \"" key "\"" : ""
	stage = key = ""
	name = ""
	text = ""
}
function highest(s,    max, v) {
	max = 0
	while (match(s, /\$[0-9]+/)) {
		v = substr(s, RSTART + 1, RLENGTH - 1) + 0
		if (v > max)
			max = v
		s = substr(s, RSTART + RLENGTH)
	}
	return max
}
function quote(s,    i, lines, k, o) {
	k = split(s, lines, "\n")
	o = ""
	for (i = 1; i <= k; i++) {
		gsub(/\\/, "&&", lines[i])
		gsub(/"/, "\\\"", lines[i])
		o = o "\n\t\t\"" lines[i] "\\n\""
	}
	return o
}
FNR == 1 {
	flush_query()
	schema = FILENAME ~ /schema\//
	if (schema) {
		m++
		file = FILENAME
		sub(/.*\//, "", file)
		mnames[m] = file
		mtexts[m] = ""
	}
}
schema { mtexts[m] = mtexts[m] $0 "\n"; next }
/^-- name: / { flush_query(); name = $3; next }
name != "" && text == "" && /^-- rows of [a-z_]+ by [a-z_]+$/ { stage = $4; key = $6 }
name != "" && text == "" && /^--/ { next }
name != "" { text = text $0 "\n" }
END {
	flush_query()
	if (out == "header") {
		print "/* Generated from queries by queries/embed.awk. */"
		print "#ifndef FINTRA_QUERIES_H\n#define FINTRA_QUERIES_H\n"
		print "enum query {"
		for (i = 1; i <= n; i++)
			print "\tQ_" toupper(names[i]) ","
		print "\tQ_COUNT\n};\n"
		print "struct query_text {\n\tconst char *name;\n\tint nparams;\n\tconst char *text;\n};\n"
		print "struct query_rows {\n\tconst char *stage, *key; /* NULL: not in parts */\n};\n"
		print "struct migration_text {\n\tint version;\n\tconst char *name, *text;\n};\n"
		print "extern const struct query_text queries[];"
		print "extern const struct query_rows query_rows[]; /* by enum query */"
		print "extern const struct migration_text migrations[]; /* version 0 ends */\n"
		print "#endif"
	} else {
		print "/* Generated from queries by queries/embed.awk. */"
		print "#include \"queries.h\"\n"
		print "const struct query_text queries[] = {"
		for (i = 1; i <= n; i++)
			print "\t{ \"" names[i] "\", " params[i] "," quote(texts[i]) " },"
		print "\t{ 0, 0, 0 },\n};\n"
		print "const struct query_rows query_rows[] = {"
		for (i = 1; i <= n; i++)
			if (parts[i] != "")
				print "\t[Q_" toupper(names[i]) "] = { " parts[i] " },"
		print "\t[Q_COUNT] = { 0, 0 },\n};\n"
		print "const struct migration_text migrations[] = {"
		for (i = 1; i <= m; i++)
			print "\t{ " (substr(mnames[i], 1, 3) + 0) ", \"" mnames[i] "\"," quote(mtexts[i]) " },"
		print "\t{ 0, 0, 0 },\n};"
	}
}
