import Glibc

/// The BLAS that the dynamic linker found: the reference library or OpenBLAS, whichever the system provides.
public enum BLASLibrary {
    /// Keeps BLAS to one thread; our own code does the parallel work, and results must not depend on a thread count.
    ///
    /// Call once at start. Without OpenBLAS it does nothing: the reference BLAS has one thread.
    public static func useOneThread() {
        typealias SetThreads = @convention(c) (Int32) -> Void
        guard let symbol = dlsym(nil, "openblas_set_num_threads") else { return }
        unsafeBitCast(symbol, to: SetThreads.self)(1)
    }

    /// A name for provenance, such as `OpenBLAS (SkylakeX)` or `reference BLAS`.
    public static var name: String {
        typealias CoreName = @convention(c) () -> UnsafePointer<CChar>?
        guard let symbol = dlsym(nil, "openblas_get_corename") else { return "reference BLAS" }
        guard let core = unsafeBitCast(symbol, to: CoreName.self)() else { return "OpenBLAS" }
        return "OpenBLAS (\(String(cString: core)))"
    }
}
