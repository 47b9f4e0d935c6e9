/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Networks under the secure arithmetic: logits of the plaintext reference against the float engine's.
 */
#ifndef MPCF_TESTS_SUPPORT_REFERENCE_NETWORK_H
#define MPCF_TESTS_SUPPORT_REFERENCE_NETWORK_H

#include "lower/lower.h"
#include "plugin/plugins.h"

struct reference_setting {
    struct lower_options options;
    double margin_bits;
    bool print;
};
struct reference_setting reference_setting_default(void);

/* Largest difference of a logit of FOLDER's network on the texts of the file IDS, which is also
 * printed. ACTIVATION, NORMALISER: as for test_network_open(). */
double reference_network_error(struct plugins *plugins, const char *folder, const char *ids,
                               const char *activation, const char *normaliser,
                               const struct reference_setting *setting);

#endif
