/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run's calibration saw in front of its slots.
 */
#ifndef MPCF_BENCH_SLOT_INTERVAL_H
#define MPCF_BENCH_SLOT_INTERVAL_H

#include "bench/approx_graph.h"
#include "inference/secure_student.h"

/* Over all layers of the student S. Of a layer norm that nothing stands in for: of rows that are
 * centred. False: it has no such slot. */
bool slot_interval(const struct secure_student *s, mpcf_slot slot, struct approx_interval *out);

#endif
