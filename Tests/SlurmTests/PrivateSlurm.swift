import Foundation
import Runs
import TestSupport
import Testing

/// A Slurm of a test's own: munged, slurmctld and one node's slurmd on loopback, their files in a folder of their own.
///
/// It ends with the value. Should the tests crash, a watching process ends it.
final class PrivateSlurm {
    /// The name of the programs' variable that names the configuration.
    static let variable = "SLURM_CONF"
    /// Tasks that run at a time.
    static let cores = 4

    /// Whether all programs are installed, and this process may start them.
    static let isInstalled =
        geteuid() == 0
        && ["sbatch", "squeue", "scontrol", "scancel", "munged", "slurmctld", "slurmd"].allSatisfy {
            daemonPath($0) != nil
        }

    private let folder: TemporaryFolder
    private let watcher = Process()
    private var ports: (controller: Int, node: Int)

    /// Variables for programs that talk to it.
    var variables: [String: String] { [Self.variable: folder.file("slurm.conf")] }

    init() throws {
        folder = try TemporaryFolder()
        ports = (try freePort(), try freePort())
        for name in ["state", "spool", "log", "munge"] {
            try FileManager.default.createDirectory(
                atPath: folder.file(name), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        }
        // The folder itself must let everybody pass for munged to take it.
        for name in ["", "munge"] {
            try FileManager.default.setAttributes([.posixPermissions: 0o711], ofItemAtPath: folder.file(name))
        }
        try folder.write(configuration, to: "slurm.conf")
        let key = Data((0..<1024).map { _ in UInt8.random(in: 0...255) })
        try #require(
            FileManager.default.createFile(
                atPath: folder.file("munge/key"), contents: key, attributes: [.posixPermissions: 0o600]))
        try watch()
        do { try start() } catch {
            stop()
            throw error
        }
    }

    deinit { stop() }

    private var configuration: String {
        let host = hostName
        return """
            ClusterName=herstel-test
            SlurmctldHost=\(host)(127.0.0.1)
            SlurmctldPort=\(ports.controller)
            SlurmdPort=\(ports.node)
            CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
            AuthType=auth/munge
            AuthInfo=socket=\(folder.file("munge/sock")),cred_expire=5
            CredType=cred/munge
            SlurmUser=root
            SlurmdUser=root
            StateSaveLocation=\(folder.file("state"))
            SlurmdSpoolDir=\(folder.file("spool"))
            SlurmctldPidFile=\(folder.file("slurmctld.pid"))
            SlurmdPidFile=\(folder.file("slurmd.pid"))
            SlurmctldLogFile=\(folder.file("log/slurmctld"))
            SlurmdLogFile=\(folder.file("log/slurmd"))
            ProctrackType=proctrack/linuxproc
            TaskPlugin=task/none
            JobAcctGatherType=jobacct_gather/none
            AccountingStorageType=accounting_storage/none
            JobCompType=jobcomp/none
            MpiDefault=none
            SwitchType=switch/none
            SelectType=select/cons_tres
            SelectTypeParameters=CR_Core
            SchedulerType=sched/builtin
            SchedulerParameters=batch_sched_delay=0,sched_interval=1
            SlurmdParameters=config_overrides
            KillWait=5
            ReturnToService=2
            MinJobAge=300
            NodeName=\(host) NodeAddr=127.0.0.1 CPUs=\(Self.cores) RealMemory=64000 Feature=fast,big State=UNKNOWN
            PartitionName=test Nodes=\(host) Default=YES MaxTime=INFINITE State=UP

            """
    }

    // MARK: Daemons

    private func start() throws {
        let munge = folder.file("munge")
        try daemon(
            "munged",
            [
                "--key-file=\(munge)/key", "--socket=\(munge)/sock", "--pid-file=\(munge)/pid",
                "--log-file=\(munge)/log",
                "--seed-file=\(munge)/seed", "--num-threads=1",
            ])
        try daemon("slurmctld", [])
        try startNode()
    }

    /// Starts the node's daemon and waits until Slurm can use the node.
    func startNode() throws {
        try daemon("slurmd", [])
        try wait("the node") {
            let state = use { try? ExternalProgram.run("sinfo", ["-h", "-o", "%T"], timeout: 5) }?.output
            return ["idle\n", "mixed\n", "allocated\n"].contains(state)
        }
    }

    /// Ends the node's daemon; what it started goes on.
    func stopNode() throws { try end("slurmd.pid") }

    /// Ends the controller: Slurm then answers no question.
    func stopController() throws { try end("slurmctld.pid") }

    private func end(_ file: String) throws {
        let pid = try #require(self.pid(file))
        kill(pid, SIGTERM)
        let deadline = Date(timeIntervalSinceNow: 10)
        while isAlive(pid), Date() < deadline { Thread.sleep(forTimeInterval: 0.05) }
        if isAlive(pid) { kill(pid, SIGKILL) }
    }

    private func stop() {
        if pid("slurmctld.pid").map(isAlive) == true {
            _ = try? ExternalProgram.run(
                daemonPath("scancel") ?? "", ["--signal=KILL", "--full", "-u", "root"], timeout: 5)
        }
        for file in ["slurmd.pid", "slurmctld.pid", "munge/pid"] { if let pid = pid(file) { kill(pid, SIGKILL) } }
        // What jobs started, by the variable that only they have.
        for pid in processes { kill(pid, SIGKILL) }
        if watcher.isRunning { kill(watcher.processIdentifier, SIGKILL) }
    }

    /// Processes with this Slurm's configuration in their environment: its daemons and everything that they started.
    var processes: [Int32] {
        let mark = Data("\(Self.variable)=\(folder.file("slurm.conf"))\0".utf8)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { Int32($0) }.filter { pid in
            FileManager.default.contents(atPath: "/proc/\(pid)/environ")?.range(of: mark) != nil
        }
    }

    private func pid(_ file: String) -> Int32? {
        (try? contents(of: folder.file(file))).flatMap { Int32($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }

    /// Ends all when the process of the tests is gone without having done so.
    private func watch() throws {
        watcher.executableURL = URL(fileURLWithPath: "/bin/sh")
        watcher.arguments = [
            "-c",
            """
            while kill -0 "$1" 2>/dev/null; do sleep 2; done
            for file in slurmd.pid slurmctld.pid munge/pid; do
                [ -s "$2/$file" ] && kill -9 "$(cat "$2/$file")"
            done
            """, "watcher", "\(getpid())", folder.path,
        ]
        (watcher.standardInput, watcher.standardOutput) = (FileHandle.nullDevice, FileHandle.nullDevice)
        watcher.standardError = FileHandle.nullDevice
        try watcher.run()
    }

    // MARK: Use

    /// Runs one of Slurm's programs, which must succeed, and returns what it printed.
    @discardableResult
    func run(_ name: String, _ arguments: [String]) throws -> String {
        let result = try use { try ExternalProgram.run(name, arguments, timeout: 20) }
        try #require(result.code == 0, "\(name) \(arguments): \(result.errors)")
        return result.output
    }

    /// Starts a program that goes to the background. It must not inherit this process's files: Foundation takes a
    /// program to be running while anybody has the socket open that it was started with.
    private func daemon(_ name: String, _ arguments: [String]) throws {
        let closing = """
            (for file in /proc/$BASHPID/fd/*; do
                number=${file##*/}; [ "$number" -le 2 ] || eval "exec $number>&-"
            done; exec "$@" </dev/null >/dev/null 2>&1)
            """
        let path = try #require(daemonPath(name))
        let result = try use {
            try ExternalProgram.run("bash", ["-c", closing, "bash", path] + arguments, timeout: 20)
        }
        try #require(result.code == 0, "\(name): \(result.errors)\(log(name))")
    }

    private func log(_ name: String) -> String {
        let path = name == "munged" ? folder.file("munge/log") : folder.file("log/" + name)
        return ((try? contents(of: path)) ?? "").suffix(600).description
    }

    /// Does what asks Slurm through the engine's own programs.
    func use<Result>(_ body: () throws -> Result) rethrows -> Result {
        try ExternalProgram.$variables.withValue(variables, operation: body)
    }

    /// Waits until something is so; records an issue when it takes too long.
    func wait(_ what: String, seconds: Double = 60, until isSo: () throws -> Bool) throws {
        let deadline = Date(timeIntervalSinceNow: seconds)
        while try !isSo() {
            try #require(
                Date() < deadline,
                "waited \(seconds) s for \(what)\n\(use { try? ExternalProgram.run("squeue", [], timeout: 5) }?.output ?? "")\(log("slurmctld"))"
            )
            Thread.sleep(forTimeInterval: 0.1)
        }
    }

    /// Whether no job is in the queue.
    var isEmpty: Bool { get throws { try run("squeue", ["-h"]).isEmpty } }

    /// Waits until no job is in the queue.
    func waitUntilEmpty(seconds: Double = 60) throws {
        try wait("an empty queue", seconds: seconds) { try isEmpty }
    }

    /// Runs the program as a user of this Slurm would.
    func herstel(_ arguments: [String], in folder: String, timeout: Double = 120) throws -> ExternalProgram.Output {
        try use { try ExternalProgram.run(program, arguments, timeout: timeout, in: folder) }
    }
}

/// The machine's name as Slurm counts it.
private let hostName: String = {
    var name = [CChar](repeating: 0, count: 256)
    gethostname(&name, name.count - 1)
    let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return String(String(decoding: bytes, as: UTF8.self).prefix { $0 != "." })
}()

/// Where a program is; daemons are not on everybody's PATH.
private func daemonPath(_ name: String) -> String? {
    ExternalProgram.path(of: name)
        ?? ["/usr/sbin/", "/usr/bin/"].map { $0 + name }.first { FileManager.default.isExecutableFile(atPath: $0) }
}

/// Whether a process runs; one that has ended may stay in the table of processes where nobody asks for its exit code.
private func isAlive(_ pid: Int32) -> Bool {
    guard let status = try? contents(of: "/proc/\(pid)/stat"), let name = status.lastIndex(of: ")") else {
        return false
    }
    return !status[name...].dropFirst(2).hasPrefix("Z")
}

/// A port of loopback that nobody listens on now.
private func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    return try withUnsafeMutablePointer(to: &address) { pointer in
        try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
            try #require(bind(descriptor, pointer, size) == 0 && getsockname(descriptor, pointer, &size) == 0)
        }
        return Int(UInt16(bigEndian: pointer.pointee.sin_port))
    }
}
