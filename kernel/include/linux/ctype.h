/* SPDX-License-Identifier: GPL-2.0-only */
/* Character classes of ASCII. */
#pragma once

inline bool isdigit(int c) { return c >= '0' && c <= '9'; }
inline bool isupper(int c) { return c >= 'A' && c <= 'Z'; }
inline bool islower(int c) { return c >= 'a' && c <= 'z'; }
inline bool isalpha(int c) { return isupper(c) || islower(c); }
inline bool isspace(int c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
inline int tolower(int c) { return isupper(c) ? c + 32 : c; }
inline int toupper(int c) { return islower(c) ? c - 32 : c; }
/* Any base up to 36; 255 if it is no digit at all. lib/ctype.cpp */
unsigned digit_value(int c);
