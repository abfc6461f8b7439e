# SPDX-License-Identifier: GPL-2.0-only
# How a guest program is built: C++20, static, i386, against musl. Needs
# Debian's musl-dev:i386 and libgcc-12-dev:i386 (64-bit division).
CXX		?= g++
MUSL_INC	?= /usr/include/i386-linux-musl
MUSL_LIB	?= /usr/lib/i386-linux-musl
LIBGCC		?= $(lastword $(sort $(wildcard /usr/lib/gcc/i686-linux-gnu/*/libgcc.a)))
GCC_INC		:= $(shell $(CXX) -m32 -print-file-name=include)
# A Linux tree's tools/testing/selftests/kselftest.h may stand in for ours.
KSELFTEST_H	?= lib/kselftest.h

GUEST_CXXFLAGS	:= -m32 -march=i686 -std=c++20 -O2 -g \
	-nostdinc -nostdinc++ -isystem $(GCC_INC) -isystem $(MUSL_INC) \
	-I$(dir $(KSELFTEST_H)) -Ilib \
	-D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 \
	-fno-exceptions -fno-rtti -fno-threadsafe-statics -fno-pic -fno-pie \
	-fno-asynchronous-unwind-tables -fno-stack-protector \
	-fcf-protection=none --param=min-pagesize=0 -Wall -Wextra -Werror \
	-Wno-missing-field-initializers -Wno-volatile
GUEST_LDFLAGS	:= -m32 -static -no-pie -nostdlib -Wl,--build-id=none \
	-Wl,-z,noexecstack -Wl,--gc-sections
GUEST_CRT	:= $(MUSL_LIB)/crt1.o $(MUSL_LIB)/crti.o
GUEST_LIBS	:= -Wl,--start-group $(MUSL_LIB)/libc.a $(LIBGCC) \
	-Wl,--end-group $(MUSL_LIB)/crtn.o
