# What every target of ours gets, and nobody else: rounding rule and warnings.
function(gridswarm_flags target)
  target_compile_options(${target} PRIVATE -ffp-contract=off -Wall -Wextra
    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
endfunction()
