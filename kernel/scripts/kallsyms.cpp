/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads `nm -nC vmlinux` and writes the assembly of the table that
 * kernel/kallsyms.cpp searches: functions only, without argument lists, one
 * for each address. Runs on the build machine.
 */
#include <cctype>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <string>
#include <vector>

struct symbol {
	unsigned long address;
	bool global;
	std::string name;
};

static const std::string ANONYMOUS = "(anonymous namespace)::";

/* Where the argument list begins, past parentheses that belong to the name. */
static size_t end_of_name(const std::string &s)
{
	size_t at = 0;

	for (;;) {
		at = s.find('(', at);
		if (at == std::string::npos)
			return s.size();
		if (!s.compare(at, ANONYMOUS.size(), ANONYMOUS))
			at += ANONYMOUS.size();
		else if (at >= 8 && !s.compare(at - 8, 10, "operator()"))
			at += 2;
		else
			return at;
	}
}

/* Demangled templates begin with their return type. */
static std::string without_type(const std::string &s)
{
	int depth = 0;
	size_t start = 0;

	if (s.find("operator") != std::string::npos)
		return s;
	for (size_t i = 0; i < s.size(); i++) {
		depth += (s[i] == '<') - (s[i] == '>');
		if (s[i] == ' ' && !depth)
			start = i + 1;
	}
	return s.substr(start);
}

static std::string short_name(std::string s)
{
	size_t anonymous;

	s.resize(end_of_name(s));
	while ((anonymous = s.find(ANONYMOUS)) != std::string::npos)
		s.erase(anonymous, ANONYMOUS.size());
	return without_type(s);
}

static bool parse(const std::string &line, symbol *out)
{
	unsigned long address;
	char type;
	int used;

	if (std::sscanf(line.c_str(), "%lx %c %n", &address, &type, &used) < 2)
		return false;
	if (!std::strchr("tTwW", type) || address < 0xC0100000)
		return false;
	*out = {address, std::isupper((unsigned char)type) != 0,
		short_name(line.substr(used))};
	return !out->name.empty() && out->name[0] != '.';
}

static std::vector<symbol> read_symbols()
{
	std::vector<symbol> table;
	std::string line;
	symbol s;

	while (std::getline(std::cin, line)) {
		if (!parse(line, &s))
			continue;
		if (table.empty() || table.back().address != s.address)
			table.push_back(s);
		else if (s.global && !table.back().global)
			table.back() = s;
	}
	return table;
}

static void label(const char *name)
{
	std::printf("\t.globl\t%s\n%s:\n", name, name);
}

int main()
{
	std::vector<symbol> table = read_symbols();
	size_t offset = 0;

	std::printf("\t.section .kallsyms, \"a\"\n\t.align\t4\n");
	label("kallsyms_count");
	std::printf("\t.long\t%zu\n", table.size());
	label("kallsyms_addresses");
	for (const symbol &s : table)
		std::printf("\t.long\t0x%08lx\n", s.address);
	label("kallsyms_offsets");
	for (const symbol &s : table) {
		std::printf("\t.long\t%zu\n", offset);
		offset += s.name.size() + 1;
	}
	label("kallsyms_names");
	for (const symbol &s : table)
		std::printf("\t.asciz\t\"%s\"\n", s.name.c_str());
	std::printf("\t.section .note.GNU-stack, \"\", @progbits\n");
	return 0;
}
