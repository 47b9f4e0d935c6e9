/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256, thin over OpenSSL. */
#include "base/digest.h"

#include <openssl/evp.h>
#include <stdio.h>

#include "base/crypto.h"
#include "base/file.h"
#include "base/memory.h"

struct digest {
    EVP_MD_CTX *context;
};

struct digest *digest_begin(void)
{
    struct digest *digest = mpcf_alloc_array(1, sizeof *digest);

    if (digest == NULL) {
        return NULL;
    }
    crypto_prepare();
    digest->context = EVP_MD_CTX_new();
    if (digest->context == NULL || EVP_DigestInit_ex(digest->context, EVP_sha256(), NULL) != 1) {
        EVP_MD_CTX_free(digest->context);
        mpcf_free(digest);
        return NULL;
    }
    return digest;
}

void digest_add(struct digest *digest, const void *data, size_t length)
{
    (void) EVP_DigestUpdate(digest->context, data, length);
}

void digest_end(struct digest *digest, char text[FILE_DIGEST_SIZE])
{
    unsigned char bytes[EVP_MAX_MD_SIZE] = {0};
    unsigned int length = 0;

    (void) EVP_DigestFinal_ex(digest->context, bytes, &length);
    for (size_t i = 0; i < 32; i++) {
        (void) snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    }
    EVP_MD_CTX_free(digest->context);
    mpcf_free(digest);
}

mpcf_status file_digest(const char *path, char digest[FILE_DIGEST_SIZE], mpcf_error *err)
{
    struct file_map map = {0};
    struct digest *state = NULL;
    mpcf_status status = MPCF_OK;

    MPCF_TRY(file_map_open(path, &map, err));
    state = digest_begin();
    if (state != NULL) {
        digest_add(state, map.data, map.length);
        digest_end(state, digest);
    } else {
        status = mpcf_fail_memory(err, sizeof *state, "a digest");
    }
    file_map_close(&map);
    return status;
}
