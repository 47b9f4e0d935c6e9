/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.json of strangers, read as a model family reads it.
 */
#include <stdint.h>
#include <stdlib.h>

#include "format/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whether a field is there and right is open; what it leaves behind is checked. */
static void either(mpcf_status status)
{
    (void) status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *value = NULL;
    mpcf_json json = {.name = "fuzz"};
    int64_t whole = 5;
    double real = 0.5;
    bool flag = false;
    const char *text = "";

    if (json_read_text((const char *) data, size, "fuzz", &value, NULL) != MPCF_OK) {
        return 0;
    }
    json.value = value;
    (void) mpcf_json_has(&json, "hidden_size");
    (void) mpcf_json_count(&json, "id2label");
    either(mpcf_json_int(&json, "hidden_size", 1, 9, &whole, NULL));
    either(mpcf_json_optional_real(&json, "layer_norm_eps", 0, 1, &real, NULL));
    either(mpcf_json_optional_bool(&json, "tie", &flag, NULL));
    either(mpcf_json_optional_string(&json, "hidden_act", &text, NULL));
    if (whole < 1 || whole > 9 || !(real >= 0 && real <= 1) || text == NULL) {
        abort();
    }
    json_decref(value);
    return 0;
}
