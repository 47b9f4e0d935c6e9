/* SPDX-License-Identifier: Apache-2.0 */
/* A sample of test_sweep_run.c's places, for every day. */
#define PLACES 10
#include "alloc/run_places.h"
