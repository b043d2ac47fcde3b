import LinearAlgebra
import Testing
import Transitions

@Suite("A ladder of school careers") struct CareerLadderTests {
    static let ladder = try? CareerLadder(
        tracks: [.init(name: "vmbo", grades: 2), .init(name: "havo", grades: 3)], ends: ["left", "hbo"])

    @Test("States are grades, then diplomas, then ends") func states() throws {
        let ladder = try #require(Self.ladder)
        #expect(
            ladder.states == [
                "vmbo_1", "vmbo_2", "havo_1", "havo_2", "havo_3", "diploma_vmbo", "diploma_havo", "left", "hbo",
            ])
        #expect(ladder.state(track: 1, grade: 3) == 4)
        #expect(ladder.diploma(track: 1) == ladder.position(of: "diploma_havo"))
        #expect(ladder.end(1) == ladder.position(of: "hbo"))
    }

    static let moves: [(from: String, to: String, move: CareerMove?)] = [
        ("havo_1", "havo_2", .promoted), ("havo_1", "havo_1", .retained), ("havo_1", "havo_3", nil),
        ("havo_2", "havo_1", nil), ("vmbo_1", "havo_2", .up), ("havo_1", "vmbo_1", .down),
        ("havo_3", "diploma_havo", .passed), ("havo_2", "diploma_havo", nil), ("havo_3", "diploma_vmbo", nil),
        ("havo_2", "left", .left), ("diploma_havo", "hbo", .movedOn), ("diploma_vmbo", "havo_2", .up),
        ("diploma_havo", "vmbo_1", nil), ("left", "havo_1", nil),
    ]

    @Test("A transition has one meaning, or none", arguments: moves)
    func meaning(from: String, to: String, move: CareerMove?) throws {
        let ladder = try #require(Self.ladder)
        let positions = (try #require(ladder.position(of: from)), try #require(ladder.position(of: to)))
        #expect(ladder.move(from: positions.0, to: positions.1) == move)
    }

    @Test("A ladder needs tracks with grades and names of their own") func mistakes() {
        #expect(throws: TransitionError.noTracks) { try CareerLadder(tracks: [], ends: []) }
        #expect(throws: TransitionError.noGrades(track: "pro")) {
            try CareerLadder(tracks: [.init(name: "pro", grades: 0)], ends: [])
        }
        #expect(throws: TransitionError.sameState("pro_1")) {
            try CareerLadder(tracks: [.init(name: "pro", grades: 1)], ends: ["pro_1"])
        }
        #expect(throws: TransitionError.noName) { try CareerLadder(tracks: [.init(name: "", grades: 1)], ends: []) }
        #expect(throws: TransitionError.noName) {
            try CareerLadder(tracks: [.init(name: "pro", grades: 1)], ends: [""])
        }
        #expect(throws: TransitionError.trackAndState("pro")) {
            try CareerLadder(tracks: [.init(name: "pro", grades: 1)], ends: ["pro"])
        }
        #expect(throws: TransitionError.trackAndState("pro_1")) {
            try CareerLadder(tracks: [.init(name: "pro", grades: 1), .init(name: "pro_1", grades: 1)], ends: [])
        }
    }

    @Test("The rows of a transition matrix are probabilities that add up to 1") func matrix() throws {
        let states = ["a", "b"]
        #expect(throws: TransitionError.badSum(from: "a", found: 0.75)) {
            try TransitionMatrix(states: states, probabilities: Matrix(rowVectors: [[0.5, 0.25], [0, 1]]))
        }
        #expect(throws: TransitionError.badProbability(from: "a", to: "a", found: -0.5)) {
            try TransitionMatrix(states: states, probabilities: Matrix(rowVectors: [[-0.5, 1.5], [0, 1]]))
        }
        let fine = try TransitionMatrix(states: states, probabilities: Matrix(rowVectors: [[0.5, 0.5], [0, 1]]))
        #expect(!fine.isAbsorbing(0) && fine.isAbsorbing(1))
    }
}
