/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hardware clocks: the 8254 gives the tick and measures the time-stamp
 * counter, which then tells the time between ticks; the CMOS clock knows the
 * date at boot. 2.4: time.c, mc146818rtc.h.
 */
#include <asm/cpufeature.h>
#include <asm/io.h>
#include <asm/setup.h>
#include <asm/timex.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/sched.h>

/* 8254 (Intel data sheet 231164). */
constexpr u32 PIT_HZ = 1193182;
constexpr u16 PIT_CH0 = 0x40, PIT_CH2 = 0x42, PIT_MODE = 0x43, PORT_B = 0x61;
constexpr u8 PIT_CH0_RATE = 0x34,	/* channel 0, two bytes, mode 2 */
	PIT_CH2_ONCE = 0xb0;		/* channel 2, two bytes, mode 0 */
constexpr u8 PORT_B_GATE2 = 1, PORT_B_SPEAKER = 2, PORT_B_OUT2 = 0x20;
constexpr unsigned TIMER_IRQ = 0;

/* ns = cycles * mult >> SHIFT */
constexpr unsigned SHIFT = 22;
static constinit u32 cycles_mult = 0;
static constinit u64 tsc_at_boot = 0;

/* Cycles in 10 ms, the time channel 2 takes to count down. */
__init static u64 measure_tsc()
{
	constexpr u32 COUNT = PIT_HZ / 100;
	u8 b = inb(PORT_B) & ~(PORT_B_SPEAKER | PORT_B_GATE2);

	outb(b, PORT_B);
	outb(PIT_CH2_ONCE, PIT_MODE);
	outb(COUNT & 0xff, PIT_CH2);
	outb(COUNT >> 8, PIT_CH2);
	outb(b | PORT_B_GATE2, PORT_B);

	u64 start = get_cycles();

	while (!(inb(PORT_B) & PORT_B_OUT2))
		;
	u64 end = get_cycles();

	outb(b, PORT_B);
	return end - start;
}

__init static void calibrate_tsc()
{
	u64 khz = measure_tsc(), mult = 1000000ull << SHIFT;

	do_div(&khz, 10);
	if (khz < 1000)
		panic("the time-stamp counter does not run");
	boot_cpu_data.khz = khz;
	do_div(&mult, khz);
	cycles_mult = mult;
	tsc_at_boot = get_cycles();
	printk(KERN_INFO "TSC: %lu.%03lu MHz\n", (unsigned long)khz / 1000,
	       (unsigned long)khz % 1000);
}

u64 cycles_to_ns(u64 cycles)
{
	u64 low = (u64)(u32)cycles * cycles_mult;
	u64 high = (cycles >> 32) * cycles_mult;

	return (high << (32 - SHIFT)) + (low >> SHIFT);
}

u64 sched_clock()
{
	return cycles_to_ns(get_cycles() - tsc_at_boot);
}

void udelay(unsigned long us)
{
	u64 end = get_cycles() + ((u64)us * boot_cpu_data.khz >> 10) +
		((u64)us * boot_cpu_data.khz >> 15); /* 1/1000, up */

	while (get_cycles() < end)
		cpu_relax();
}

static bool timer_interrupt(int, void *, pt_regs *regs)
{
	do_timer(regs);
	return true;
}

__init void time_init()
{
	constexpr u32 DIVISOR = (PIT_HZ + HZ / 2) / HZ;

	if (!cpu_has(X86_FEATURE_TSC))
		panic("this kernel needs a processor with a TSC");
	calibrate_tsc();
	outb(PIT_CH0_RATE, PIT_MODE);
	outb(DIVISOR & 0xff, PIT_CH0);
	outb(DIVISOR >> 8, PIT_CH0);
	if (request_irq(TIMER_IRQ, timer_interrupt, "timer", nullptr).failed())
		panic("the timer interrupt is taken");
}

/* ---- MC146818 real-time clock in CMOS ---- */

constexpr u16 RTC_INDEX = 0x70, RTC_DATA = 0x71;
constexpr u8 RTC_SECONDS = 0, RTC_MINUTES = 2, RTC_HOURS = 4, RTC_DAY = 7,
	RTC_MONTH = 8, RTC_YEAR = 9, RTC_A = 10, RTC_B = 11;
constexpr u8 RTC_A_UIP = 0x80, RTC_B_BINARY = 0x04, RTC_B_24H = 0x02,
	RTC_PM = 0x80;

static constinit spinlock_t rtc_lock{"rtc", RANK_IRQ};

static u8 cmos(u8 index)
{
	outb(index, RTC_INDEX);
	return inb(RTC_DATA);
}

struct rtc_time {
	unsigned sec, min, hour, day, month, year;

	bool operator==(const rtc_time &) const = default;
};

static unsigned from_bcd(unsigned v)
{
	return (v & 0xf) + (v >> 4) * 10;
}

static rtc_time read_rtc()
{
	return {cmos(RTC_SECONDS), cmos(RTC_MINUTES), cmos(RTC_HOURS),
		cmos(RTC_DAY), cmos(RTC_MONTH), cmos(RTC_YEAR)};
}

static rtc_time decode_rtc(rtc_time t)
{
	u8 mode = cmos(RTC_B);
	bool pm = !(mode & RTC_B_24H) && t.hour & RTC_PM;

	t.hour &= ~RTC_PM;
	if (!(mode & RTC_B_BINARY))
		t = {from_bcd(t.sec), from_bcd(t.min), from_bcd(t.hour),
		     from_bcd(t.day), from_bcd(t.month), from_bcd(t.year)};
	if (!(mode & RTC_B_24H))
		t.hour = t.hour % 12 + (pm ? 12 : 0);
	t.year += t.year < 70 ? 2000 : 1900;
	return t;
}

/* Days since 1970 of a date of the Gregorian calendar: years that begin in
 * March have their leap day at the end. */
static long days_from_date(unsigned year, unsigned month, unsigned day)
{
	unsigned y = month <= 2 ? year - 1 : year;
	unsigned m = month <= 2 ? month + 9 : month - 3;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 +
		day - 1 - 719468;
}

/* Two readings that agree did not straddle an update. */
time_t read_persistent_clock()
{
	spin_irq_guard g(rtc_lock);
	rtc_time a, b = read_rtc();

	for (int i = 0; i < 100; i++) {
		a = b;
		b = read_rtc();
		if (a == b && !(cmos(RTC_A) & RTC_A_UIP))
			break;
	}
	rtc_time t = decode_rtc(a);

	if (t.month - 1 >= 12 || t.day - 1 >= 31 || t.hour >= 24)
		return -1;
	return ((time_t)days_from_date(t.year, t.month, t.day) * 24 + t.hour) *
		3600 + t.min * 60 + t.sec;
}
