//! Where Drydock keeps its state so that it outlives the process: stores beside the one in memory of drydock-core, held
//! to the same contract, [`StateStore`](drydock_core::state::StateStore).
