import Foundation

/// What the process has used.
enum Memory {
    /// The largest resident memory so far.
    static var peakMebibytes: Int { Int(usage.ru_maxrss) / 1_024 }

    /// User and system time of all threads.
    static var processorSeconds: Double {
        let usage = usage
        return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
    }

    private static var usage: rusage {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage
    }
}
