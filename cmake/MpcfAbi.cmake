# SPDX-License-Identifier: Apache-2.0
# The plug-in ABI's number, from the one place where it stands: MPCF_ABI_MAJOR, MPCF_ABI_MINOR,
# MPCF_ABI_MINOR_OLDEST, and MPCF_ABI, "MAJOR.MINOR".
set(abi_header ${PROJECT_SOURCE_DIR}/plugin-sdk/include/mpcf/plugin.h)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${abi_header})
foreach(part MAJOR MINOR MINOR_OLDEST)
    file(STRINGS ${abi_header} line REGEX "^#define MPCF_ABI_${part} +[0-9]+$")
    string(REGEX MATCH "[0-9]+$" MPCF_ABI_${part} "${line}")
    if(MPCF_ABI_${part} STREQUAL "")
        message(FATAL_ERROR "${abi_header} does not define MPCF_ABI_${part}")
    endif()
endforeach()
set(MPCF_ABI ${MPCF_ABI_MAJOR}.${MPCF_ABI_MINOR})
