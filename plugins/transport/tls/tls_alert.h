/* SPDX-License-Identifier: Apache-2.0 */
/* What OpenSSL's failures mean to a person. */
#ifndef MPCF_TLS_TLS_ALERT_H
#define MPCF_TLS_TLS_ALERT_H

#include <mpcf/error.h>

#include "tls_link.h"

/* Of the failure that OpenSSL has noted last. */
mpcf_status tls_alert_fail(const struct tls_link *l, mpcf_error *err);

#endif
