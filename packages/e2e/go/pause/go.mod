// The pause program of pods; it needs nothing but the standard library.
module entrepot.test/pause

go 1.24.0
