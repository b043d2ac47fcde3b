import Foundation
import TestSupport
import Testing

@testable import Runs

struct SchedulerScriptTests {
    /// Runs `/bin/sh -c` and returns the bytes that it prints.
    private func shell(_ command: String, _ program: String = "/bin/sh") throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["-c", command]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return [UInt8](data)
    }

    private func checkSyntax(_ script: String) throws {
        let folder = try TemporaryFolder()
        let result = try ExternalProgram.run("bash", ["-n", try folder.write(script, to: "script")])
        #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
    }

    @Test func quotedWordsComeBackFromTheShellByteForByte() throws {
        var random = SeededGenerator(seed: 7)
        let pieces = [
            "'", "\"", "$", "`", "\\", " ", "$(exit 3)", "${HOME}", "!", "*", "~", "#", ";", "&", "|", "<", ">", "(",
            "é",
            "\u{301}", "日本", "😀", "\u{200D}", "-n", "%s", "a", "'\\''", "\u{2028}", "=", "\\'",
        ]
        let words = (0..<500).map { _ in
            (0..<Int.random(in: 0...12, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
                .joined()
        }
        // One shell for all of them: each is printed with a line break, which none of them holds.
        let command = try words.map { "printf '%s\\n' \(try ShellWord.quoted($0))" }.joined(separator: "\n")
        let expected = [UInt8]((words.joined(separator: "\n") + "\n").utf8)
        #expect(try shell(command) == expected)
        #expect(try shell(command, "/bin/bash") == expected)
    }

    @Test(arguments: ["\n", "\r", "\t", "\u{0}", "\u{1B}", "\u{7F}", "\u{85}"])
    func controlCharactersAreRefused(sign: String) throws {
        let code = sign.unicodeScalars.first.map { String($0.value, radix: 16, uppercase: true) } ?? ""
        let error = #expect(throws: BatchError.self) { try ShellWord.quoted("a" + sign + "b", as: "the folder") }
        let words = try #require(error).description
        #expect(words.hasPrefix("script: the folder 'a\\"))
        #expect(
            words.contains(" holds the control character U+" + String(repeating: "0", count: 4 - code.count) + code))
        #expect(!words.unicodeScalars.contains { $0.properties.generalCategory == .control })
        for folder in ["/a" + sign, sign] {
            #expect(throws: BatchError.self) { try SlurmScript(schedulerPlan(), folder: folder, program: "/p") }
            #expect(throws: BatchError.self) { try SlurmScript(schedulerPlan(), folder: "/f", program: folder) }
            #expect(throws: BatchError.self) {
                try PBSScript(schedulerPlan(), folder: folder, program: "/p", tasks: [1])
            }
            #expect(throws: BatchError.self) {
                try ParallelCommands.lines(schedulerPlan(), folder: folder, program: "/p", tasks: [1])
            }
        }
    }

    @Test func scriptsOfAStudyWithoutResources() throws {
        let script = try SlurmScript(schedulerPlan(), folder: "/home/ann/it's here", program: "/opt/herstel")
        // 50 draws of 0.5 s, 2 s of preparing and 3 s of summarising: 30 s; three times and ten minutes: 11.5 minutes.
        // 700 MB and half more: 1,002 MiB, rounded up to 1,024.
        #expect(
            script.batch == """
                #!/bin/bash
                #SBATCH --job-name=herstel-severity
                #SBATCH --array=1-8
                #SBATCH --time=00:12:00
                #SBATCH --requeue
                #SBATCH --mem=1024M
                #SBATCH --nodes=1
                #SBATCH --ntasks=1
                #SBATCH --cpus-per-task=1
                #SBATCH --open-mode=append
                #SBATCH --output=logs/%A_%a.log
                # Written by herstel batch submit; run in the study's folder, whose logs/ must be there.
                exec '/opt/herstel' batch work '/home/ann/it'\\''s here' --task "$SLURM_ARRAY_TASK_ID" --threads 1

                """)
        #expect(
            script.merge == """
                #!/bin/bash
                #SBATCH --job-name=herstel-severity-merge
                #SBATCH --time=00:11:00
                #SBATCH --requeue
                #SBATCH --mem=1024M
                #SBATCH --nodes=1
                #SBATCH --ntasks=1
                #SBATCH --cpus-per-task=1
                #SBATCH --open-mode=append
                #SBATCH --output=logs/merge_%j.log
                # Written by herstel batch submit; run in the study's folder, whose logs/ must be there.
                exec '/opt/herstel' batch merge '/home/ann/it'\\''s here' --threads 1

                """)
        try checkSyntax(script.batch)
        try checkSyntax(script.merge)
    }

    @Test func scriptsSayAllThatAStudyAsks() throws {
        let resources = jobResources {
            ($0.time, $0.memory, $0.partition, $0.account) = ("1-02:00:00", "2G", "normal,short", "proj1")
            ($0.qos, $0.constraint, $0.modules) = ("low", "[a|b]&c*2", ["swift/6.1", "OpenBLAS"])
            ($0.throttle, $0.cpus, $0.requeue) = (64, 4, false)
        }
        let plan = schedulerPlan(name: "né $(x)/y", unitsPerTask: 3, resources: resources)
        // Slurm would take the % of the folder for a sign of its own.
        let script = try SlurmScript(plan, folder: "/data/100% \"sure\"", program: "/opt/herstel")
        #expect(
            script.batch == """
                #!/bin/bash -l
                #SBATCH --job-name=herstel-n____x__y
                #SBATCH --array=1-3%64
                #SBATCH --time=1-02:00:00
                #SBATCH --no-requeue
                #SBATCH --mem=2G
                #SBATCH --nodes=1
                #SBATCH --ntasks=1
                #SBATCH --cpus-per-task=4
                #SBATCH --partition=normal,short
                #SBATCH --account=proj1
                #SBATCH --qos=low
                #SBATCH --constraint=[a|b]&c*2
                #SBATCH --open-mode=append
                #SBATCH --output=/dev/null
                # Written by herstel batch submit; run in the study's folder, whose logs/ must be there.
                exec >>"logs/${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}.log" 2>&1
                module load 'swift/6.1' || { echo 'herstel: the module swift/6.1 cannot be loaded' >&2; exit 1; }
                module load 'OpenBLAS' || { echo 'herstel: the module OpenBLAS cannot be loaded' >&2; exit 1; }
                exec '/opt/herstel' batch work '/data/100% "sure"' --task "$SLURM_ARRAY_TASK_ID" --threads 4

                """)
        try checkSyntax(script.batch)
        try checkSyntax(script.merge)
    }

    @Test(arguments: ["a b", "x; rm -rf /", "$(id)", "`id`", "a\n#SBATCH --wrap=id", "'", "\"", "", "-p", "#", "é"])
    func wordsThatASchedulerOrShellCouldMisreadAreRefused(word: String) {
        let changes: [(inout JobResources) -> Void] = [
            { $0.time = word }, { $0.memory = word }, { $0.partition = word }, { $0.account = word }, { $0.qos = word },
            { $0.constraint = word }, { $0.modules = [word] },
        ]
        for change in changes {
            let plan = schedulerPlan(resources: jobResources(change))
            let error = #expect(throws: BatchError.self) { try SlurmScript(plan, folder: "/f", program: "/p") }
            #expect(error?.description.hasPrefix("script: resources: ") == true)
            #expect(throws: BatchError.self) { try PBSScript(plan, folder: "/f", program: "/p", tasks: [1, 2]) }
        }
        let name = JobWord.jobName(word)
        #expect(
            name.unicodeScalars.allSatisfy {
                ($0.isASCII && $0.properties.isAlphabetic) || "0123456789-_.".unicodeScalars.contains($0)
            })
    }

    @Test(arguments: [
        (-1, "00:01:00"), (0, "00:01:00"), (61, "00:02:00"), (3_600, "01:00:00"), (86_400, "1-00:00:00"),
        (1e300, "365-00:00:00"), (.infinity, "365-00:00:00"), (.nan, "365-00:00:00"),
    ])
    func clockOf(seconds: Double, words: String) { #expect(JobLimits.clock(seconds) == words) }

    @Test func expectedTimeIsThatOfTheLongestTaskWithTheStudysCores() {
        // Units 1-3 hold one end of a variant, 4-6 two, 7-8 one: 3 x (2 + 25) + 2 x 3 = 87 s; on 5 cores 3 x (2 + 5) + 6.
        #expect(JobLimits(plan: schedulerPlan(unitsPerTask: 3)).taskSeconds == 87)
        let resources = jobResources { $0.cpus = 5 }
        #expect(JobLimits(plan: schedulerPlan(unitsPerTask: 3, resources: resources)).taskSeconds == 27)
    }

    @Test func commandsForParallelAndXargs() throws {
        let plan = schedulerPlan(resources: jobResources { $0.cpus = 2 })
        let lines = try ParallelCommands.lines(plan, folder: "/tmp/a b", program: "/bin/echo", tasks: [2, 5])
        #expect(
            lines == [
                "'/bin/echo' batch work '/tmp/a b' --task 2 --threads 2",
                "'/bin/echo' batch work '/tmp/a b' --task 5 --threads 2",
            ])
        #expect(
            try ParallelCommands.merge(plan, folder: "/tmp/it's", program: "/bin/echo")
                == "'/bin/echo' batch merge '/tmp/it'\\''s' --threads 2")
        let folder = try TemporaryFolder()
        let path = try folder.write(lines.joined(separator: "\n") + "\n", to: "commands.txt")
        let result = try ExternalProgram.run("xargs", ["-a", path, "-d", "\\n", "-n", "1", "sh", "-c"])
        #expect(result.output == "batch work /tmp/a b --task 2 --threads 2\nbatch work /tmp/a b --task 5 --threads 2\n")
    }

    @Test func scriptsForPBS() throws {
        let resources = jobResources {
            ($0.time, $0.memory, $0.partition, $0.account, $0.throttle) = ("02:00:00", "2G", "workq", "proj1", 10)
        }
        let plan = schedulerPlan(resources: resources)
        let script = try PBSScript(plan, folder: "/a b", program: "/p", tasks: Array(1...8))
        #expect(
            script.batch == """
                #!/bin/bash
                #PBS -N herstel-severity
                #PBS -l walltime=02:00:00
                #PBS -J 1-8%10
                #PBS -r y
                #PBS -l select=1:ncpus=1:ompthreads=1:mem=2gb
                #PBS -q workq
                #PBS -A proj1
                #PBS -j oe
                #PBS -o /dev/null
                # Written by herstel batch submit.
                exec >>'/a b'/logs/"${PBS_JOBID}.log" 2>&1
                task=${PBS_ARRAY_INDEX:-1}
                exec '/p' batch work '/a b' --task "$task" --threads 1

                """)
        #expect(
            script.commands == [
                "job=$(qsub '/a b/batch.pbs')", "qsub -W depend=afterany:\"$job\" '/a b/merge.pbs'",
            ])
        try checkSyntax(script.batch)
        try checkSyntax(script.merge)
        #expect(script.merge.contains("exec '/p' batch merge '/a b' --threads 1\n"))
        #expect(throws: BatchError.self) {
            try PBSScript(
                schedulerPlan(resources: jobResources { $0.qos = "x" }), folder: "/f", program: "/p", tasks: [1])
        }
    }

    @Test func aListOfTasksForPBSStandsInTheScript() throws {
        let folder = try TemporaryFolder()
        let program = try folder.write("#!/bin/sh\necho \"$@\"\n", to: "program")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
        let tasks = [3, 5, 8]
        let script = try PBSScript(schedulerPlan(), folder: folder.path, program: program, tasks: tasks)
        try script.write(in: StudyFolder(folder.path))
        for (index, task) in tasks.enumerated() {
            let run = try ExternalProgram.$variables.withValue(["PBS_JOBID": "7", "PBS_ARRAY_INDEX": "\(index + 1)"]) {
                try ExternalProgram.run("bash", [folder.file("batch.pbs")])
            }
            #expect(run.code == 0)
            #expect(try contents(of: folder.file("logs/7.log")).contains("work \(folder.path) --task \(task) "))
        }
    }

    @Test(arguments: [
        ("90", "01:30:00"), ("1:30", "00:01:30"), ("02:30:00", "02:30:00"), ("1-0", "24:00:00"),
        ("2-03:04:05", "51:04:05"),
        ("1-02:30", "26:30:00"),
    ])
    func walltimeOf(time: String, words: String) throws { #expect(try PBSScript.walltime(time) == words) }

    @Test(arguments: ["", ":", "1-", "-1", "1:2:3:4", "1-2-3", "x", "99999999999999999999"])
    func walltimeRefuses(time: String) { #expect(throws: BatchError.self) { try PBSScript.walltime(time) } }
}
