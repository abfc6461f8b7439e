/* SPDX-License-Identifier: GPL-2.0-only */
/* The two interrupt controllers; the caller has interrupts off. */
#pragma once

constexpr unsigned IRQ_VECTOR_BASE = 0x20;

void i8259_init();			/* all lines masked */
void i8259_mask(unsigned irq);
void i8259_unmask(unsigned irq);
void i8259_eoi(unsigned irq);
/* IRQ 7 and 15 also come when a request vanished before it was taken. */
bool i8259_is_spurious(unsigned irq);
