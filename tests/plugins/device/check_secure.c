/* SPDX-License-Identifier: Apache-2.0 */
/* Whether secure inferences with roles on a device say what they say on the CPU. */
#include "plugins/device/check_device.h"
#include "plugins/device/secure_roles.h"

/* Each role alone, then all three at once: each has a device of its own, which may be one card. */
static const unsigned who[] = {1u << ROLE_PROVIDER, 1u << ROLE_USER, 1u << ROLE_DEALER, 7};

static mpcf_status check_roles(const struct secure_roles *n, const char *asked, unsigned roles,
                               mpcf_error *err)
{
    struct device *devices[3] = {NULL, NULL, NULL};
    mpcf_status status = MPCF_OK;

    for (int i = 0; i < 3 && status == MPCF_OK; i++) {
        if ((roles >> i & 1) != 0) {
            status = device_open(asked, &devices[i], err);
        }
    }
    if (status == MPCF_OK) {
        status = secure_roles_compare(n, devices, err);
    }
    for (int i = 0; i < 3; i++) {
        device_close(devices[i]);
    }
    return status;
}

mpcf_status check_secure(const char *asked, size_t *done, mpcf_error *err)
{
    static const char *const pairs[][2] = {{"quad", "2quad"}, {"gelu", "softmax"}};

    for (size_t i = 0; i < 2; i++) {
        struct secure_roles n;
        mpcf_status status = MPCF_OK;

        secure_roles_begin(&n, pairs[i][0], pairs[i][1], false);
        for (size_t j = 0; j < sizeof who / sizeof who[0] && status == MPCF_OK; j++) {
            status = check_roles(&n, asked, who[j], err);
            *done += 1;
        }
        secure_roles_end(&n);
        MPCF_TRY(status);
    }
    return MPCF_OK;
}
