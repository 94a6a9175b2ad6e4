# SuiteSparse's KLU as gridswarm_klu::klu, if it is there: Debian's has no CMake configuration.
# Installed beside gridswarm-config.cmake, which includes it too.
find_path(KLU_INCLUDE_DIR klu.h PATH_SUFFIXES suitesparse)
find_library(KLU_LIBRARY klu)
mark_as_advanced(KLU_INCLUDE_DIR KLU_LIBRARY)
if(KLU_INCLUDE_DIR AND KLU_LIBRARY AND NOT TARGET gridswarm_klu::klu)
  set(klu_libraries)
  foreach(name btf amd colamd suitesparseconfig)
    find_library(KLU_${name}_LIBRARY ${name})
    mark_as_advanced(KLU_${name}_LIBRARY)
    if(KLU_${name}_LIBRARY)
      list(APPEND klu_libraries ${KLU_${name}_LIBRARY})
    endif()
  endforeach()
  add_library(gridswarm_klu::klu UNKNOWN IMPORTED)
  set_target_properties(gridswarm_klu::klu PROPERTIES IMPORTED_LOCATION ${KLU_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${KLU_INCLUDE_DIR} INTERFACE_LINK_LIBRARIES "${klu_libraries}")
endif()
