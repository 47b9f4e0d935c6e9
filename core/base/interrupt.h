/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ctrl-C: long work asks at its safe points, saves, and returns MPCF_E_INTERRUPTED.
 */
#ifndef MPCF_BASE_INTERRUPT_H
#define MPCF_BASE_INTERRUPT_H

#include <stdbool.h>

#include <mpcf/error.h>

/* SIGINT and SIGTERM set the flag; a second one ends the process at once. */
void interrupt_install(void);
bool interrupt_pending(void);
/* The first one also sets an alarm, after SECONDS, for what does not ask; 0: none. */
void interrupt_set_alarm(unsigned seconds);
void interrupt_set(void); /* tests */
void interrupt_clear(void);

#endif
