# Headers, library, program, and what find_package(gridswarm) reads.
include(CMakePackageConfigHelpers)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/gridswarm DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  COMPONENT development FILES_MATCHING PATTERN "*.hpp" PATTERN "*.ipp")
install(TARGETS gridswarm gridswarm_headers EXPORT gridswarm-targets
  LIBRARY COMPONENT runtime NAMELINK_COMPONENT development
  ARCHIVE COMPONENT development)
if(TARGET gridswarm_program)
  install(TARGETS gridswarm_program RUNTIME COMPONENT runtime)
endif()

set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/gridswarm)
set(BUILD_SHARED_LIBS "${BUILD_SHARED_LIBS}")
foreach(option BUILD_SHARED_LIBS GRIDSWARM_MPI GRIDSWARM_HDF5 GRIDSWARM_KLU)
  if(${option})
    set(${option} TRUE)
  else()
    set(${option} FALSE)
  endif()
endforeach()
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/gridswarm-config.cmake.in
  ${PROJECT_BINARY_DIR}/gridswarm-config.cmake INSTALL_DESTINATION ${config_dir}
  NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/gridswarm-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/gridswarm-config.cmake
  ${PROJECT_BINARY_DIR}/gridswarm-config-version.cmake ${PROJECT_SOURCE_DIR}/cmake/klu.cmake
  DESTINATION ${config_dir} COMPONENT development)
install(EXPORT gridswarm-targets NAMESPACE gridswarm:: DESTINATION ${config_dir}
  COMPONENT development)
