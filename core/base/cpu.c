/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which level of kernels this processor runs: asked of CPUID and the system once, unless MPCF_CPU
 * or a test says another.
 */
#include "base/cpu.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "base/text.h"

static const char *const names[] = {"portable", "avx2", "avx512", "avx512ifma", "amx"};
enum { LEVELS = sizeof names / sizeof names[0] };

static int forced = -1;

const char *cpu_level_name(enum cpu_level level)
{
    return names[level];
}

#if defined(__x86_64__)
/* The system must grant the tile registers to the process, once. */
static bool amx_granted(void)
{
    enum { REQUEST_PERMISSION = 0x1023, TILE_DATA = 18, AMX_TILE = 1 << 24, AMX_INT8 = 1 << 25 };
    unsigned a = 0, b = 0, c = 0, d = 0;

    if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0 || (d & AMX_TILE) == 0 ||
        (d & AMX_INT8) == 0) {
        return false;
    }
    return syscall(SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) == 0;
}

static bool has_vaes(void)
{
    unsigned a = 0, b = 0, c = 0, d = 0;

    return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (c & (1u << 9)) != 0;
}

static enum cpu_level detect(void)
{
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") ||
        !__builtin_cpu_supports("bmi2") || !__builtin_cpu_supports("aes")) {
        return CPU_PORTABLE;
    }
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512dq") ||
        !__builtin_cpu_supports("avx512bw") || !__builtin_cpu_supports("avx512vl") || !has_vaes()) {
        return CPU_AVX2;
    }
    if (!__builtin_cpu_supports("avx512ifma") || !__builtin_cpu_supports("avx512vbmi") ||
        !__builtin_cpu_supports("avx512vnni")) {
        return CPU_AVX512;
    }
    return amx_granted() ? CPU_AMX : CPU_AVX512IFMA;
}

static void read_name(char *name, size_t size)
{
    unsigned words[12] = {0};

    for (unsigned i = 0; i < 3; i++) {
        unsigned *w = words + 4 * i;

        (void) __get_cpuid(0x80000002 + i, &w[0], &w[1], &w[2], &w[3]);
    }
    (void) snprintf(name, size, "%.48s", (const char *) words);
}
#else
static enum cpu_level detect(void)
{
    return CPU_PORTABLE;
}

static void read_name(char *name, size_t size)
{
    (void) name;
    (void) size;
}
#endif

const char *cpu_name(void)
{
    static char name[64];
    size_t blanks;

    if (name[0] == '\0') {
        read_name(name, sizeof name);
        blanks = strspn(name, " ");
        (void) memmove(name, name + blanks, strlen(name + blanks) + 1);
    }
    return name[0] != '\0' ? name : "unknown";
}

enum cpu_level cpu_level_of_machine(void)
{
    static int known = -1;

    if (known < 0) {
        known = (int) detect();
    }
    return (enum cpu_level) known;
}

static int level_of_name(const char *name)
{
    for (int i = 0; i < LEVELS; i++) {
        if (strcmp(name, names[i]) == 0) {
            return i;
        }
    }
    return -1;
}

enum cpu_level cpu_level(void)
{
    static int chosen = -1;

    if (forced >= 0) {
        return (enum cpu_level) forced;
    }
    if (chosen < 0) {
        const char *wish = getenv("MPCF_CPU");
        int asked = wish != NULL ? level_of_name(wish) : -1;
        int most = (int) cpu_level_of_machine();

        chosen = asked >= 0 && asked <= most ? asked : most;
    }
    return (enum cpu_level) chosen;
}

const char *cpu_check(void)
{
    static char message[200];
    const char *wish = getenv("MPCF_CPU");
    const char *nearest = NULL;

    if (wish == NULL) {
        return NULL;
    }
    if (level_of_name(wish) > (int) cpu_level_of_machine()) {
        (void) snprintf(message, sizeof message, "MPCF_CPU=%s: this processor has at most '%s'",
                        wish, cpu_level_name(cpu_level_of_machine()));
        return message;
    }
    if (level_of_name(wish) >= 0) {
        return NULL;
    }
    nearest = text_nearest(wish, names, LEVELS);
    (void) snprintf(message, sizeof message,
                    "MPCF_CPU=%.40s is not known%s%s%s; there are portable, avx2, avx512, "
                    "avx512ifma, amx",
                    wish, nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
                    nearest != NULL ? "'?" : "");
    return message;
}

void cpu_force(enum cpu_level level)
{
    forced = (int) level;
}
