import Foundation

extension WorkPlace {
    /// This process.
    ///
    /// - Parameter environment: Where schedulers tell their job.
    static func here(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> WorkPlace {
        var name = [CChar](repeating: 0, count: 256)
        let isKnown = gethostname(&name, name.count - 1) == 0
        let host = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return WorkPlace(
            host: isKnown ? host : "unknown", process: Int(getpid()), job: job(environment),
            restarts: environment["SLURM_RESTART_COUNT"].flatMap { Int($0) } ?? 0)
    }

    private static func job(_ environment: [String: String]) -> String? {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        if let array = value("SLURM_ARRAY_JOB_ID"), let task = value("SLURM_ARRAY_TASK_ID") {
            return "\(array)_\(task)"
        }
        return value("SLURM_JOB_ID") ?? value("PBS_JOBID")
    }
}

/// What a process has used so far.
struct ResourceUse {
    /// Time of all cores, s.
    let cpuSeconds: Double
    /// The most memory so far, bytes.
    let peakMemory: Int

    /// This process's.
    static var now: ResourceUse {
        var usage = rusage()
        guard getrusage(RUSAGE_SELF.rawValue, &usage) == 0 else { return ResourceUse(cpuSeconds: 0, peakMemory: 0) }
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }
        // Linux counts in units of 1024 bytes.
        return ResourceUse(
            cpuSeconds: seconds(usage.ru_utime) + seconds(usage.ru_stime), peakMemory: usage.ru_maxrss * 1024)
    }
}

/// The time now, ISO 8601, UTC, to the second.
func timestamp() -> String { Date.now.formatted(.iso8601) }
