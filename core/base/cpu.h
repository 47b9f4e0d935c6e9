/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this processor can do, and the override that MPCF_CPU sets.
 */
#ifndef MPCF_BASE_CPU_H
#define MPCF_BASE_CPU_H

#include <stdbool.h>

/* Steps of a ladder: each includes those before it. */
enum cpu_level {
    CPU_PORTABLE = 0,
    CPU_AVX2,       /* with FMA and AES-NI */
    CPU_AVX512,     /* F DQ BW VL, VAES */
    CPU_AVX512IFMA, /* and IFMA, VBMI, VNNI */
    CPU_AMX         /* and AMX int8, granted by the system */
};

/* The level in force: the machine's, or what MPCF_CPU asks where the machine has it
 * (asking for more is an error that cpu_check() reports). */
enum cpu_level cpu_level(void);
enum cpu_level cpu_level_of_machine(void);
const char *
cpu_level_name(enum cpu_level level); /* "portable" "avx2" "avx512" "avx512ifma" "amx" */
/* What the maker calls it: "AMD EPYC 9654 96-Core Processor"; static. */
const char *cpu_name(void);
/* NULL, or why MPCF_CPU cannot be honoured (unknown word with the nearest, not on this machine). */
const char *cpu_check(void);
/* Tests: force a level of this machine for the calls from now on. */
void cpu_force(enum cpu_level level);

#endif
