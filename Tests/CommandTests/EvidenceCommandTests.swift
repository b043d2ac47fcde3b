import TestSupport
import Testing

@Suite struct EvidenceCommandTests {
    @Test func theShippedEffectsAreFittedPrintedAndWritten() throws {
        let folder = try TemporaryFolder()
        let result = try herstel(
            [
                "fit", repositoryFile("models/targeted-programmes.yaml"), repositoryFile("models/persistence.yaml"),
                "--output", "out",
            ], in: folder.path)
        #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
        for line in [
            "Meta-analysis: random effects, variance by reml, inference knapp_hartung",
            "Version of the effect table: VIVECampbell b441d96", "Effects, and the effect to expect in a new study",
            "Evidence graded moderate: the scale of a new study's effect is widened by a factor of 1.500000.",
            "Without one effect, (Intercept) is from", "share left after 12 months", "Against a single exponential",
        ] { #expect(result.output.contains(line), "\(line)") }
        func lines(_ file: String) throws -> [Substring] {
            try contents(of: folder.file("out/" + file)).split(separator: "\n")
        }
        #expect(try lines("evidence.csv").count == 5)
        #expect(try lines("heterogeneity.csv").count == 3)
        #expect(try lines("leave_one_out.csv").count == 7)
        #expect(try lines("funnel.csv").count == 7)
        #expect(try lines("persistence.csv").count == 7)
        #expect(try lines("follow_ups.csv").count == 5)
        #expect(try contents(of: folder.file("out/cells.csv")).contains("effect,achievement"))
        // As many cells in each row as in the header: no text here holds a comma outside quotes.
        for file in ["leave_one_out.csv", "persistence.csv"] {
            let rows = try lines(file).map { $0.split(separator: ",", omittingEmptySubsequences: false).count }
            #expect(Set(rows).count == 1, "\(file)")
        }
        let package = try contents(of: folder.file("out/datapackage.json"))
        for file in ["evidence.csv", "heterogeneity.csv", "persistence.csv"] { #expect(package.contains(file)) }
    }

    @Test func bothKindsAreExplainedAndChecked() throws {
        let folder = try TemporaryFolder()
        let programmes = repositoryFile("models/targeted-programmes.yaml")
        let persistence = repositoryFile("models/persistence.yaml")
        let effects = try herstel(["explain", programmes], in: folder.path)
        #expect(effects.code == 0)
        #expect(effects.output.contains("A meta-analysis: random effects"))
        #expect(effects.output.contains("peer-assisted instruction"))
        #expect(effects.output.contains("the predictive standard deviation is multiplied by 1.500000"))
        let decay = try herstel(["explain", persistence], in: folder.path)
        #expect(decay.code == 0 && decay.output.contains("Decay of effects to a plateau"))
        #expect(decay.output.contains("F14, over 26 months"))
        let check = try herstel(["check", programmes, persistence], in: folder.path)
        #expect(check.code == 0 && check.output.contains("fine, a model: "))
    }

    @Test func aWrongEstimateEndsWithItsPlace() throws {
        let folder = try TemporaryFolder()
        try folder.write(
            "kind: evidence\nestimates:\n  - {estimate: 0.1, std_error: -1, source: s}\n", to: "m.yaml")
        let result = try herstel(["fit", "m.yaml"], in: folder.path)
        #expect(result.code == 2)
        #expect(result.errors.contains("m.yaml:3:32: found -1; expected a number above 0."))
    }

    /// Egger's sandwich is CR2 whatever the model's own inference; a common effect has no variance to print.
    @Test func eachRowOfTheTablesNamesItsOwnMethod() throws {
        let folder = try TemporaryFolder()
        try folder.write("y,se,s\n0.1,0.1,a\n0.2,0.2,a\n0.4,0.1,b\n0.3,0.3,c\n0.2,0.15,d\n", to: "d.csv")
        try folder.write(
            "kind: evidence\ndata: {file: d.csv}\nestimate: y\nstd_error: se\nstudy: s\nstructure: fixed\n",
            to: "m.yaml")
        let result = try herstel(["fit", "m.yaml", "--output", "out"], in: folder.path)
        #expect(result.code == 0, "\(result.errors)")
        let lines = try contents(of: folder.file("out/evidence.csv")).split(separator: "\n")
        for line in lines.dropFirst() {
            let isSandwich = line.contains("egger_sandwich")
            #expect(line.contains(isSandwich ? "CR2 by study with Satterthwaite's t" : "inference normal"), "\(line)")
        }
        #expect(lines.contains { $0.contains("egger_sandwich") })
        let heterogeneity = try contents(of: folder.file("out/heterogeneity.csv"))
        #expect(heterogeneity.contains("m,total,\"common effect, inference normal\",,,,,"))
        let package = try contents(of: folder.file("out/datapackage.json"))
        #expect(package.contains("score points; an effect's own unit"))
        #expect(result.output.contains("estimate and scale times t with df (inf: normal)"))
    }
}
