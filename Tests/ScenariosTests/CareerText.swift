import TestSupport

@testable import Scenarios

/// A sector of three grades with two tracks; what does not stand here does nothing.
struct CareerText {
    /// `- {distribution: ...}` of a fixed number.
    static func fixed(_ value: Double) -> String { ScenarioText.fixed(value) }

    var text = ScenarioText()
    var tracks = """
              - {name: low, grades: 2, share: {practical: 0.75, theoretical: 0.25}}
              - {name: high, grades: 3, share: {practical: 0.25, theoretical: 0.75}}
        """
    var sector = "po"
    var retained = fixed(0.1)
    var up = fixed(0.05)
    var down = fixed(0.08)
    var left = fixed(0.03)
    var passed = fixed(0.9)
    /// Lines of other keys of the block.
    var lines: [String] = []

    init() {
        text.lines = ["grades: {po: 3}"]
        // Three schools of some hundred pupils.
        text.schools = ["a,po,north,400,100,0", "b,po,north,640,320,50", "c,po,south,1000,50,10"]
    }

    /// Skill shifts log-odds by so much per SD.
    mutating func addSkill(_ shifts: String) {
        lines.append("skill: {outcome: reading, log_odds_per_sd: {\(shifts)}}")
    }

    var whole: ScenarioText {
        var whole = text
        whole.lines.append(
            """
            careers:
              - sector: \(sector)
                stream: 60
                source: test
                tracks:
            \(tracks)
                flows:
                  declared:
                    retained: \(retained)
                    up: \(up)
                    down: \(down)
                    left: \(left)
                    passed: \(passed)
            """ + lines.map { "\n    \($0)" }.joined())
        return whole
    }

    func plan() throws -> SimulationPlan { try whole.plan() }

    func cube(draws: Int, threads: Int = 2) throws -> ResultCube {
        let plan = try plan()
        return ResultCube(plan, try Simulator(plan).run(draws: draws, threads: threads))
    }
}

extension CareerDraws {
    init(_ cube: ResultCube) { self.init(cube: cube, index: 0) }

    /// A count in every draw.
    func counts(_ count: CareerLayout.Count, world: Int, groups: [Int] = [0, 1], track: Int? = nil, year: Int)
        -> [Double]
    {
        let tracks = track.map { [$0] } ?? Array(0..<layout.tracks)
        return cube.result.records.sums(
            at: groups.flatMap { group in
                tracks.map {
                    cube.result.layout.careers(index)
                        + layout.place(count, world: world, group: group, year: year, track: $0)
                }
            })
    }
}
