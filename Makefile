# SPDX-License-Identifier: GPL-2.0-only
# make help lists what there is to say. Everything built goes to build/.
MAKEFLAGS += --no-print-directory
PYTHON	:= /usr/bin/python3
TOP	:= $(CURDIR)
BUILD	:= $(TOP)/build
JOBS	:= $(shell nproc 2>/dev/null || echo 1)
# A make that was not told -j uses all processors below this one.
SUBMAKE	= $(MAKE) $(if $(filter -j%,$(MAKEFLAGS)),,-j$(JOBS))

# Objects of the base and of the patched tree are mostly the same.
export CCACHE_DIR	?= $(BUILD)/ccache
export CCACHE_NOHASHDIR	:= 1
export PYTHONDONTWRITEBYTECODE := 1

# As typed: make does not expand a $ in a pattern.
export RUN_FILE		:= $(value FILE)
export RUN_PATTERN	:= $(value PATTERN)
export RUN_WINDOW	:= $(value WINDOW)

TREE	?= patched
SUFFIX	:= $(if $(DEBUG),-debug)
BOOT_ARGS = --tree "$(TREE)$(SUFFIX)" --upto "$(UPTO)" \
	--machine "$(or $(MACHINE),default)" --append "$(APPEND)" \
	$(if $(DRY),--dry-run)

all: base patched guest

help:
	@echo "make run [FILE=path] [PATTERN=text] [WINDOW=bytes]"
	@echo "    scan a file in the guest through five paths"
	@echo "make check [K=word]     build, boot and test everything (or a part)"
	@echo "make check-long [K=word]     the same, random tests for hours"
	@echo "make list               the selftests"
	@echo "make shell              a prompt in the guest"
	@echo "make bench [K=path] [QUICK=1] [PROFILE=1] [PEER=bzImage]"
	@echo "    what each path costs, and build/bench/report.html"
	@echo "make cache-model [K=path]     cache misses by path and window"
	@echo "make kvcache [ARGS=\"--memory 32 --frames 256\"]"
	@echo "    a record store with a cache of its own, on five back ends"
	@echo "make boot TREE=base|patched UPTO=patch [ARGS=words] [DRY=1]"
	@echo "make gdb                the guest under gdb"
	@echo "make base patched guest images    build (DEBUG=1: with checks)"
	@echo "make tree; make edit PATCH=330; make refresh     the series"
	@echo "make series-check [FROM=n] [TO=n]   the matrix of its prefixes"
	@echo "make clean"

deps:
	@sh harness/deps.sh

run: deps
	@$(PYTHON) -m harness run

# ---- building ----

base:
	@$(SUBMAKE) -C kernel O=$(BUILD)/base$(SUFFIX)

tree:
	@$(PYTHON) -m harness.series tree $(if $(FORCE),force)

# While a patch is edited, what lies in build/tree is what gets built.
patched-tree:
	@[ -d build/tree/.git/rebase-merge ] || $(PYTHON) -m harness.series tree

patched: patched-tree
	@$(SUBMAKE) -C build/tree O=$(BUILD)/patched$(SUFFIX)

debug:
	@$(MAKE) patched DEBUG=1

guest:
	@$(SUBMAKE) -C selftests O=$(BUILD)/selftests

images: guest
	@PYTHONPATH=qemu-images $(PYTHON) -m mkimage $(foreach \
		i,root data scratch parts,qemu-images/$(i).toml) \
		-o build/images --top .

# Count what a guest executes (QEMU's TCG plugins are host programs).
plugin: $(BUILD)/plugin/count.so $(BUILD)/plugin/cache.so

$(BUILD)/plugin/%.so: harness/plugin/%.cpp $(wildcard harness/plugin/*.h)
	@mkdir -p $(@D)
	@echo "  PLUGIN  $<"
	@g++ -std=c++20 -O2 -g -fPIC -shared -fvisibility=hidden -Wall -Wextra \
		-Werror -o $@ $<

# What the disk controller can do without a kernel: a program that boots.
FLOOR_FLAGS := -m32 -march=i686 -std=c++20 -O2 -g -ffreestanding -fno-pic \
	-fno-pie -fno-exceptions -fno-rtti -fno-stack-protector \
	-fno-asynchronous-unwind-tables -fcf-protection=none \
	-mgeneral-regs-only -Wall -Wextra -Werror -Iselftests/lib -nostdlib \
	-static -no-pie -Wl,--build-id=none -Wl,-z,noexecstack \
	-Wl,--no-warn-rwx-segments -Wl,-T,harness/floor/floor.ld

floor: $(BUILD)/floor/floor

$(BUILD)/floor/floor: $(wildcard harness/floor/*) selftests/lib/pattern.h
	@mkdir -p $(@D)
	@echo "  FLOOR   $@"
	@g++ $(FLOOR_FLAGS) -o $@ $(filter %.S %.cpp,$^)

# ---- testing ----

PYTEST = $(PYTHON) -m pytest -c harness/pytest.ini --rootdir=. \
	$(if $(K),-k "$(K)") $(PYTEST_ARGS)

check: deps
	@$(MAKE) base patched debug images plugin floor
	@mkdir -p build/reports
	@$(PYTEST) --junitxml=build/reports/junit.xml harness/tests/unit \
		harness/tests/boot

# Random tests go through more seeds and operations (harness/effort.py).
check-long:
	@LONG=1 $(MAKE) check

# The host's own tests; nothing is built or booted.
unit:
	@$(PYTEST) harness/tests/unit

list:
	@$(PYTHON) -m harness list

selftests: guest

# ---- looking ----

shell boot gdb: deps $(if $(UPTO),,$(TREE)) images
	@mkdir -p build/logs
	@$(PYTHON) -m harness $@ $(BOOT_ARGS) $(ARGS)

bench: deps
	@$(MAKE) patched images plugin floor
	@$(PYTHON) -m harness.bench $(if $(QUICK),--quick) \
		$(if $(PROFILE),--profile) $(if $(PAGE),--page) \
		$(if $(PEER),--peer "$(PEER)") \
		$(if $(PEER_MODULES),--peer-modules "$(PEER_MODULES)") \
		$(if $(PEER_APPEND),--peer-append="$(PEER_APPEND)") $(K)

cache-model: deps patched images plugin
	@$(PYTHON) -m harness.cachemodel $(if $(PAGE),--page) $(K)

kvcache: deps patched images plugin
	@$(PYTHON) -m harness.kvcache $(ARGS)

# ---- the series ----

edit:
	@[ -n "$(PATCH)" ] || { echo "make edit PATCH=330" >&2; exit 1; }
	@$(PYTHON) -m harness.series edit "$(PATCH)"

refresh:
	@$(PYTHON) -m harness.series refresh

series-check: deps images
	@$(PYTHON) -m harness.matrix "$(FROM)" "$(TO)"

clean:
	rm -rf build
.PHONY: all help deps run base tree patched-tree patched debug guest images \
	plugin floor bench cache-model kvcache \
	check check-long unit list selftests shell boot gdb edit refresh series-check clean
