/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a test's body on every level of this machine; says which ones it has not.
 */
#ifndef MPCF_TESTS_LEVELS_H
#define MPCF_TESTS_LEVELS_H

#include "support/support.h"

#include "base/cpu.h"

static inline void on_every_level(void (*body)(void))
{
    enum cpu_level machine = cpu_level_of_machine();

    for (int level = CPU_PORTABLE; level <= (int) CPU_AMX; level++) {
        if (level > (int) machine) {
            print_message("skipped: %s is not on this machine\n",
                          cpu_level_name((enum cpu_level) level));
        } else {
            cpu_force((enum cpu_level) level);
            body();
        }
    }
    cpu_force(machine);
}

#endif
