import Dispatch
import Foundation

/// A program of the scheduler, run by its arguments: no shell is ever between.
public enum ExternalProgram {
    /// Variables set for the programs beside this process's own, such as `SLURM_CONF` for another cluster than usual.
    @TaskLocal package static var variables: [String: String] = [:]

    /// What a program left behind.
    public struct Output: Sendable, Equatable {
        /// The exit code; 128 and the signal's number when a signal ended it.
        public let code: Int32
        /// What it wrote to standard output.
        public let output: String
        /// What it wrote to standard error.
        public let errors: String
    }

    /// Where a program is on the PATH; nil when it is not. Folders of the PATH that are not absolute are passed over.
    public static func path(of name: String) -> String? {
        guard !name.contains("/") else { return isProgram(name) ? name : nil }
        let folders = (environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
        return folders.filter { $0.hasPrefix("/") }.map { $0 + "/" + name }.first(where: isProgram)
    }

    /// Runs a program and waits for its end, whatever its exit code.
    ///
    /// - Parameters:
    ///   - name: The program's name, looked up on the PATH, or its path.
    ///   - arguments: Its arguments, one word each.
    ///   - timeout: s; the program is stopped when it takes longer.
    ///   - folder: The folder to run it in; nil for this process's.
    /// - Throws: ``BatchError/scheduler(program:reason:)`` when it is missing, cannot be started or does not answer.
    public static func run(
        _ name: String, _ arguments: [String], timeout: Double = 60, in folder: String? = nil
    ) throws(BatchError) -> Output {
        guard let path = path(of: name) else {
            throw .scheduler(
                program: name, reason: "there is no such program on the PATH. Is this machine one of the cluster's?")
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.environment = environment
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        return try RunningProgram(process, name: name, timeout: timeout).output()
    }

    /// Runs a program that must succeed.
    ///
    /// - Returns: What it wrote to standard output.
    /// - Throws: As ``run(_:_:timeout:in:)``, and with the program's own words when its exit code is not zero.
    static func succeed(
        _ name: String, _ arguments: [String], timeout: Double = 60, in folder: String? = nil
    ) throws(BatchError) -> String {
        let result = try run(name, arguments, timeout: timeout, in: folder)
        guard result.code == 0 else {
            throw failure(of: name, result)
        }
        return result.output
    }

    /// The error of a program that failed, in its own words. Programs begin them with their name, as the message does.
    static func failure(of name: String, _ result: Output) -> BatchError {
        let words = ShellWord.visible(result.errors.isEmpty ? result.output : result.errors, lineBreak: "; ")
        return .scheduler(
            program: name,
            reason: words.isEmpty ? "it failed with exit code \(result.code)." : words.replacing("\(name): ", with: ""))
    }

    /// The environment without variables that turn one submission into another, or that hide jobs from the list.
    private static var environment: [String: String] {
        let own = ProcessInfo.processInfo.environment.filter { name, _ in
            !name.hasPrefix("SQUEUE_") && !name.hasPrefix("SACCT_")
                && !["SBATCH_ARRAY_INX", "SBATCH_WAIT", "SBATCH_JOB_NAME", "SBATCH_OPEN_MODE"].contains(name)
        }
        return own.merging(variables) { _, new in new }
    }

    private static func isProgram(_ path: String) -> Bool {
        var isFolder = ObjCBool(false)
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
            && FileManager.default.isExecutableFile(atPath: path)
    }
}

/// A program that runs: both its outputs are read as they come, so that none fills up and stops it.
private struct RunningProgram {
    private let process: Process
    private let name: String
    private let timeout: Double
    private let ended = DispatchSemaphore(value: 0)
    private let pipes = (output: Pipe(), errors: Pipe())

    init(_ process: Process, name: String, timeout: Double) {
        (self.process, self.name, self.timeout) = (process, name, timeout)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipes.output
        process.standardError = pipes.errors
        let ended = ended
        process.terminationHandler = { _ in ended.signal() }
    }

    func output() throws(BatchError) -> ExternalProgram.Output {
        let deadline = DispatchTime.now() + max(0, timeout)
        do { try process.run() } catch {
            throw .scheduler(program: name, reason: "it cannot be started: \(error.localizedDescription)")
        }
        let texts = read(until: deadline)
        guard let texts, ended.wait(timeout: deadline) == .success else {
            stop()
            throw .scheduler(
                program: name,
                reason: "it did not answer within \(Int(timeout.rounded(.up))) s and was stopped. Try again later.")
        }
        let hasExited = process.terminationReason == .exit
        return ExternalProgram.Output(
            code: process.terminationStatus + (hasExited ? 0 : 128), output: texts[0], errors: texts[1])
    }

    /// What the program writes until it has closed both outputs; nil when it has not by the deadline.
    private func read(until deadline: DispatchTime) -> [String]? {
        let descriptors = [pipes.output, pipes.errors].map(\.fileHandleForReading.fileDescriptor)
        var waiting = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        var bytes: [[UInt8]] = [[], []]
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while waiting.contains(where: { $0.fd >= 0 }) {
            let now = DispatchTime.now()
            guard now < deadline else { return nil }
            let rest = (deadline.uptimeNanoseconds - now.uptimeNanoseconds) / 1_000_000
            poll(&waiting, nfds_t(waiting.count), Int32(clamping: min(rest, 1_000)))
            for index in waiting.indices where waiting[index].fd >= 0 && waiting[index].revents != 0 {
                let count = Glibc.read(waiting[index].fd, &buffer, buffer.count)
                if count > 0 {
                    bytes[index] += buffer[..<count]
                } else if count == 0 || errno != EINTR {
                    // A negative descriptor is passed over by poll.
                    waiting[index].fd = -1
                }
            }
        }
        return bytes.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Asks the program to end, and makes it after two seconds.
    private func stop() {
        process.terminate()
        if ended.wait(timeout: .now() + 2) != .success { kill(process.processIdentifier, SIGKILL) }
    }
}
