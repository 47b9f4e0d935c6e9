/* SPDX-License-Identifier: Apache-2.0 */
/* A text through what reads CURVE keys for people: what is taken names a role; a refusal names the text. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "channel/curve_key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t key[CURVE_KEY_BYTES], fingerprint[SPOKEN_BYTES];
    mpcf_error *err = mpcf_error_create();
    enum role role = ROLE_PROVIDER;
    char *text = malloc(size + 1);

    if (text == NULL || err == NULL) {
        abort();
    }
    memcpy(text, data, size);
    text[size] = '\0';
    const struct pem file = {.text = text, .length = size};
    const mpcf_status status = curve_key_parse(&file, "text", &role, key, err);
    if (status == MPCF_OK) {
        if ((unsigned) role > 2 || !curve_key_is(&file) ||
            curve_key_fingerprint(key, fingerprint, NULL) != MPCF_OK) {
            abort();
        }
    } else if (status != MPCF_E_FORMAT || strncmp(mpcf_error_text(err), "text:", 5) != 0) {
        abort();
    }
    mpcf_error_destroy(err);
    free(text);
    return 0;
}
