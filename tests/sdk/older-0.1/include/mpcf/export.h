/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mpcf/export.h - visibility, checked results, printf attributes, extern "C".
 *
 * The only header that uses compiler extensions.
 */
#ifndef MPCF_EXPORT_H
#define MPCF_EXPORT_H

#ifdef __cplusplus
#define MPCF_BEGIN_DECLS extern "C" {
#define MPCF_END_DECLS   }
#else
#define MPCF_BEGIN_DECLS
#define MPCF_END_DECLS
#endif

#if defined(__GNUC__)
#define MPCF_EXPORT              __attribute__((visibility("default")))
#define MPCF_MUST_CHECK          __attribute__((warn_unused_result))
#define MPCF_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define MPCF_EXPORT
#define MPCF_MUST_CHECK
#define MPCF_PRINTF(text, first)
#endif

#endif
