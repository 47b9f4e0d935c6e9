/* SPDX-License-Identifier: Apache-2.0 */
/* Which side holds what against which, in words. */
#include "tls_alert.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#define NO_COMMON                                                                                  \
    "the two have no proof in common: their files say another `proof:`, or their keys are not of " \
    "one `mpcf-host keys new`"

struct words {
    int reason;
    const char *text;
};

/* Alerts that the peer sent: what it holds against this side. */
static const struct words alerts[] = {
    {SSL_AD_UNKNOWN_CA, "it does not know the authority that signed this side's certificate"},
    {SSL_AD_CERTIFICATE_EXPIRED, "this side's certificate has expired, or is not valid yet by its "
                                 "clock"},
    {SSL_AD_CERTIFICATE_REVOKED, "this side's key was taken back there: ask for another, and "
                                 "whether somebody else has this one"},
    {SSL_AD_UNSUPPORTED_CERTIFICATE, "this side's key is not of the role that it takes there"},
    {SSL_AD_BAD_CERTIFICATE, "it does not know this side's key or certificate"},
    {SSL_AD_CERTIFICATE_REQUIRED, "it wants a certificate, and this side has none to show"},
    {SSL_AD_HANDSHAKE_FAILURE, NO_COMMON},
    {SSL_AD_MISSING_EXTENSION, NO_COMMON},
    {SSL_AD_UNKNOWN_PSK_IDENTITY, "it does not know this side's key"},
    {SSL_AD_ILLEGAL_PARAMETER, "its key of this link is another than this side's"},
    {SSL_AD_DECRYPT_ERROR, "its key of this link is another than this side's"},
    {SSL_AD_PROTOCOL_VERSION, "it does not speak TLS 1.3"},
    {SSL_AD_NO_APPLICATION_PROTOCOL, "it speaks TLS, but not mpcf"},
};

/* What this side found. */
static const struct words faults[] = {
    {SSL_R_WRONG_VERSION_NUMBER, "it speaks no TLS, or an earlier version than 1.3"},
    {SSL_R_UNSUPPORTED_PROTOCOL, "it speaks an earlier version of TLS than 1.3: refused"},
    {SSL_R_WRONG_SSL_VERSION, "it speaks an earlier version of TLS than 1.3: refused"},
    {SSL_R_VERSION_TOO_LOW, "it speaks an earlier version of TLS than 1.3: refused"},
    {SSL_R_INAPPROPRIATE_FALLBACK, "it was made to speak an earlier version of TLS: refused"},
    {SSL_R_HTTP_REQUEST, "it speaks HTTP, no TLS"},
    {SSL_R_HTTPS_PROXY_REQUEST, "it speaks HTTP, no TLS"},
    {SSL_R_NO_APPLICATION_PROTOCOL, "it speaks TLS, but not mpcf"},
    {SSL_R_BINDER_DOES_NOT_VERIFY, "its key of this link is another than this side's"},
    {SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, "it shows no certificate: " NO_COMMON},
    {SSL_R_NO_SHARED_CIPHER, NO_COMMON},
    {SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, NO_COMMON},
    {SSL_R_NO_SUITABLE_KEY_SHARE, NO_COMMON},
    {SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC, "a record was changed on the way"},
    {SSL_R_INVALID_SESSION_ID,
     "it answers another call than this one, as who says again what another "
     "connection said"},
    {SSL_R_BAD_RECORD_TYPE, "what comes is no record of TLS"},
};

static const char *find(const struct words *words, size_t count, int reason)
{
    for (size_t i = 0; i < count; i++) {
        if (words[i].reason == reason) {
            return words[i].text;
        }
    }
    return NULL;
}

#define FIND(words, reason) find(words, sizeof(words) / sizeof((words)[0]), reason)

static mpcf_status fail_alert(int alert, mpcf_error *err)
{
    const char *text = FIND(alerts, alert);

    return mpcf_fail(err, MPCF_E_AUTH, "the peer refuses: %s",
                     text != NULL ? text : SSL_alert_desc_string_long(alert));
}

mpcf_status tls_alert_fail(const struct tls_link *l, mpcf_error *err)
{
    const unsigned long code = ERR_peek_error();
    const int reason = ERR_GET_REASON(code);
    const bool is_open = l->stage == TLS_OPEN;

    if (l->held[0] != '\0') {
        return mpcf_fail(err, MPCF_E_AUTH, "%s", l->held);
    }
    if (code == 0 || reason == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
        return mpcf_fail(err, MPCF_E_CLOSED,
                         is_open ? "the connection was cut: the peer did not say that it ends"
                                 : "it hung up in the TLS handshake");
    }
    if (ERR_GET_LIB(code) != ERR_LIB_SSL) {
        return mpcf_fail(err, ERR_GET_LIB(code) == ERR_LIB_SYS ? MPCF_E_IO : MPCF_E_AUTH, "TLS: %s",
                         ERR_reason_error_string(code));
    }
    if (reason == ERR_R_MALLOC_FAILURE) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for a connection");
    }
    if (reason > SSL_AD_REASON_OFFSET && reason < SSL_AD_REASON_OFFSET + 256) {
        return fail_alert(reason - SSL_AD_REASON_OFFSET, err);
    }
    const char *text = FIND(faults, reason);
    if (text == NULL) {
        text = ERR_reason_error_string(code);
    }
    return mpcf_fail(err, is_open ? MPCF_E_PROTOCOL : MPCF_E_AUTH, "%s",
                     text != NULL ? text : "TLS failed");
}
