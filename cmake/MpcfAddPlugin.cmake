# SPDX-License-Identifier: Apache-2.0
# mpcf_add_plugin(name SOURCES file.c ... [LIBRARIES target ...] [COMPONENTS component ...])
#
# A module mpcf-<name>.so that exports one symbol, mpcf_plugin, and is installed into the
# plug-in folder. Used in this tree and, through find_package(mpcf), by others.
#
# COMPONENTS: names of what it registers other than its own. Each gets a link mpcf-<component>.so to
# the module, by which a pipeline file finds it without a line under `plugins`.
#
# It is built as it is installed: where CMake rewrites a RUNPATH at the installation, it ends the one
# in the build tree with a colon, and the loader takes the empty entry behind that for the current
# folder. The program that loads it has libmpcf already; folders of other libraries stay, and
# CMAKE_INSTALL_RPATH adds to them.
function(mpcf_add_plugin name)
    cmake_parse_arguments(PLUGIN "" "" "SOURCES;LIBRARIES;COMPONENTS" ${ARGN})
    set(target mpcf-plugin-${name})
    add_library(${target} MODULE ${PLUGIN_SOURCES})
    target_link_libraries(${target} PRIVATE mpcf::mpcf ${PLUGIN_LIBRARIES} m)
    set_target_properties(${target} PROPERTIES
        OUTPUT_NAME mpcf-${name} PREFIX "" SUFFIX ".so"
        C_STANDARD 11 C_VISIBILITY_PRESET hidden
        BUILD_WITH_INSTALL_RPATH ON INSTALL_RPATH_USE_LINK_PATH ON)
    if(MPCF_PLUGIN_BUILD_DIR)
        set_target_properties(${target} PROPERTIES
            LIBRARY_OUTPUT_DIRECTORY ${MPCF_PLUGIN_BUILD_DIR})
    endif()
    if(NOT MPCF_SANITIZE AND NOT MPCF_FUZZ)
        target_link_options(${target} PRIVATE -Wl,-z,defs)
    endif()
    target_link_options(${target} PRIVATE -Wl,-z,now)
    set_property(GLOBAL APPEND PROPERTY MPCF_PLUGIN_TARGETS ${target})
    install(TARGETS ${target} LIBRARY DESTINATION ${MPCF_PLUGIN_INSTALL_DIR})
    foreach(component ${PLUGIN_COMPONENTS})
        set(link ${CMAKE_CURRENT_BINARY_DIR}/mpcf-${component}.so)
        file(CREATE_LINK mpcf-${name}.so ${link} SYMBOLIC)
        install(FILES ${link} DESTINATION ${MPCF_PLUGIN_INSTALL_DIR})
        if(MPCF_PLUGIN_BUILD_DIR)
            file(MAKE_DIRECTORY ${MPCF_PLUGIN_BUILD_DIR})
            file(CREATE_LINK mpcf-${name}.so ${MPCF_PLUGIN_BUILD_DIR}/mpcf-${component}.so SYMBOLIC)
        endif()
    endforeach()
endfunction()
