/* SPDX-License-Identifier: Apache-2.0 */
#define PLACES 200
#include "alloc/run_places.h"
